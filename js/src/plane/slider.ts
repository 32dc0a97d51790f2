import { formatNumber, formatSetting } from '../format';
import { strings } from '../strings';
import { nearestIndex } from './curve';
import type { Slider } from './document';
import type { SettingValue } from './estimator';

/** Steps a continuous slider takes in one doubling of its parameter. */
const STEPS_PER_OCTAVE = 32;
const LINEAR_STEPS = 256;

/**
 * The values a slider's handle can rest on, in order.
 *
 * @param exact Whether values between the kept ones can be had from a kernel. Without one, a
 *   slider over a rough parameter rests on kept values only.
 */
export function stops(slider: Slider, exact: boolean): number[] {
  const { values } = slider;
  if (!slider.smooth && !exact) {
    return values;
  }
  const low = values[0];
  const high = values[values.length - 1];
  // A count may begin at none, where there is no logarithm.
  const even = slider.scale === 'linear' || low <= 0;
  const between = even ? linear(low, high) : logarithmic(low, high);
  const settled = slider.scale === 'integer' ? between.map(Math.round) : between;
  const extra = slider.smooth ? [] : values;
  return [...new Set([...settled, ...extra, clampDefault(slider)])].sort((a, b) => a - b);
}

function logarithmic(low: number, high: number): number[] {
  const count = Math.max(1, Math.round(Math.log2(high / low) * STEPS_PER_OCTAVE));
  return Array.from({ length: count + 1 }, (_, i) =>
    i === count ? high : low * Math.pow(high / low, i / count)
  );
}

function linear(low: number, high: number): number[] {
  return Array.from(
    { length: LINEAR_STEPS + 1 },
    (_, i) => low + ((high - low) * i) / LINEAR_STEPS
  );
}

/** The setting a slider starts from: its default where that is kept, else the nearest. */
export function initialValue(slider: Slider): number {
  const value = clampDefault(slider);
  return slider.smooth ? value : slider.values[nearestIndex(slider.values, value)];
}

function clampDefault({ values, default: value }: Slider): number {
  return Math.min(Math.max(value, values[0]), values[values.length - 1]);
}

/** The range a reader can ask for, as text, with the word that may stand for a number. */
export function rangeText({ values, unit }: Slider, kept: SettingValue): string {
  const [low, high] = [values[0], values[values.length - 1]].map(formatNumber);
  const range = strings.explorer.range(low, high, unit);
  return typeof kept === 'number' ? range : strings.explorer.orWord(range, formatSetting(kept));
}

/** A typed setting: taken, or refused with the reason. */
export type Typed = { value: SettingValue } | { refusal: string };

/**
 * Read a typed setting; the refusal names what was typed and what is allowed.
 *
 * @param kept The setting that the slider goes back to; a word (or null, "none") may be typed too.
 */
export function readTyped(slider: Slider, text: string, kept: SettingValue): Typed {
  const { name, values } = slider;
  const typed = text.trim();
  const word = typeof kept === 'number' ? '' : formatSetting(kept);
  if (word && typed.toLowerCase() === word.toLowerCase()) {
    return { value: kept };
  }
  const low = formatNumber(values[0]);
  const high = formatNumber(values[values.length - 1]);
  const value = typed === '' ? NaN : Number(typed.replace('−', '-').replace(',', '.'));
  if (!Number.isFinite(value)) {
    return { refusal: strings.explorer.notNumber(name, typed, low, high, word) };
  }
  if (value < values[0] || value > values[values.length - 1]) {
    return { refusal: strings.explorer.outOfRange(name, typed, low, high) };
  }
  if (slider.scale === 'integer' && !Number.isInteger(value)) {
    return { refusal: strings.explorer.notInteger(name, typed, low, high) };
  }
  return { value };
}
