import { strings } from './strings';

/** A number as a person would write it: four significant digits, no trailing zeros. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) {
    return String(value);
  }
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) < 1e-4 ? rounded.toExponential() : String(rounded);
}

/** A setting as a person would write it: a number, a word, or "none". */
export function formatSetting(value: number | string | null): string {
  return typeof value === 'number' ? formatNumber(value) : (value ?? strings.explorer.none);
}

/** Settings in words: "gamma 1, shifts 10". */
export function settingsInWords(
  settings: Readonly<Record<string, number | string | null>>
): string {
  return Object.entries(settings)
    .map(([name, value]) => strings.explorer.setting(name, formatSetting(value)))
    .join(', ');
}

/** An error in one significant digit: `4e-4`, `0.02`. */
export function formatError(value: number): string {
  const rounded = Number(value.toPrecision(1));
  return rounded > 0 && rounded < 1e-3 ? rounded.toExponential() : String(rounded);
}

/** A coordinate with three decimals and a true minus sign. */
export function formatCoordinate(value: number, unit = ''): string {
  const text = value.toFixed(3).replace('-', '−');
  return unit ? `${text} ${unit}` : text;
}

/** Seconds as `4 s`, `1:05` or `2:01:05`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  const [minutes, rest] = parts.map(part => String(part).padStart(2, '0'));
  return hours ? `${hours}:${minutes}:${rest}` : `${Number(minutes)}:${rest}`;
}

/** Text cut to `length` characters with an ellipsis. */
export function truncate(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Bytes as `812 B`, `34 kB` or `5.6 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const amount = bytes / 1000 ** power;
  return `${power && amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${units[power]}`;
}
