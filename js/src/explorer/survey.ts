import { formatNumber, settingsInWords } from '../format';
import type { Slider } from '../plane/document';
import type { EstimatorPlanes } from '../plane/estimator';
import { strings } from '../strings';
import { lossesIn, type Loss } from './compression';
import type { Shown } from './library';
import { placeOf } from './place';
import { sameSettings } from './selection';

/** At how many evenly spread values a smooth curve is judged, however many nodes were kept. */
const SMOOTH_VALUES = 33;

/** The losses along one slider: by value, then by layer. */
export interface Survey {
  /** The slider, with the values at which losses are known. */
  slider: Slider;
  losses: Loss[][];
}

/** The losses at the setting that is drawn, among those along the slider. */
export interface Here {
  /** The setting in words. */
  words: string;
  losses: Loss[];
  /** The survey with this setting in its row, and where; null where it is not on the curve. */
  among: { values: number[]; losses: Loss[][]; at: number } | null;
}

/** The losses along a slider's kept curve; the same for a live curve and a saved one. */
export function survey(estimator: EstimatorPlanes, along: Slider, shown: Shown): Survey {
  const values = along.smooth ? evenly(along) : along.values;
  const losses = values.map(value => {
    const settings = { ...estimator.settings, [along.name]: value };
    return lossesOf(estimator.at(settings, along.name)!.xt, shown);
  });
  return { slider: { ...along, values }, losses };
}

/** The losses of what is drawn, which may be an exact plane that no curve holds. */
export function here(
  { slider: { name, values }, losses }: Survey,
  estimator: EstimatorPlanes,
  wanted: unknown,
  shown: Shown
): Here {
  const { settings, xt } = shown.reading;
  const own = lossesOf(xt, shown);
  const value = settings[name];
  const onCurve = sameSettings({ ...settings, [name]: 0 }, { ...estimator.settings, [name]: 0 });
  if (!onCurve || typeof value !== 'number') {
    return { words: settingsInWords(settings), losses: own, among: null };
  }
  const setting = strings.explorer.setting(name, formatNumber(value));
  const at = values.filter(each => each < value).length;
  const known = Number(values[at] === value);
  return {
    words: value === wanted ? setting : strings.explorer.sensitivity.nearest(setting),
    losses: own,
    among: { values: put(values, at, known, value), losses: put(losses, at, known, own), at }
  };
}

/** A list with an item put in at a place, in the stead of `replaced` others. */
function put<T>(list: readonly T[], at: number, replaced: number, item: T): T[] {
  return [...list.slice(0, at), item, ...list.slice(at + replaced)];
}

function lossesOf(xt: Float64Array, { recording: { axes, ceilings, layers } }: Shown): Loss[] {
  return lossesIn(xt, layers.length, ceilings.xt, axes.xt.unit);
}

function evenly(slider: Slider): number[] {
  const { values } = slider;
  const [first, last] = [values[0], values[values.length - 1]];
  const [low, high] = [placeOf(slider, first), placeOf(slider, last)];
  const isLog = placeOf(slider, 2 * last) !== 2 * last;
  const inner = Array.from({ length: SMOOTH_VALUES - 2 }, (_, i) => {
    const place = low + ((high - low) * (i + 1)) / (SMOOTH_VALUES - 1);
    return isLog ? 2 ** place : place;
  });
  return [first, ...inner, last];
}
