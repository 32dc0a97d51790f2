import { asObject, DocumentError } from '../plane/check';
import type { Settings, SettingValue } from '../plane/estimator';

/** Read settings: numbers, words and null by name. */
export function readSettings(value: unknown, where: string): Settings {
  return readEach(value, where, readSetting);
}

function readSetting(value: unknown, where: string): SettingValue {
  if (value === null || typeof value === 'string' || Number.isFinite(value)) {
    return value as SettingValue;
  }
  throw new DocumentError(where, 'a number, a text or null', value);
}

/** Read every entry of an object by the same rule. */
export function readEach<T>(
  value: unknown,
  where: string,
  read: (value: unknown, where: string) => T
): Record<string, T> {
  const entries = Object.entries(asObject(value, where));
  return Object.fromEntries(entries.map(([name, item]) => [name, read(item, `${where}.${name}`)]));
}
