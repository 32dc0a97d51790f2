import { asFlag, asList, asObject, asText, DocumentError } from '../plane/check';
import { readSlider } from '../plane/document';
import type { Offer, Settings, SettingValue } from '../plane/estimator';

/** What a host can compute: known at once, long before there is a curve to draw. */
export interface Catalogue {
  /** The names of the recordings. */
  recordings: string[];
  estimators: Offer[];
  /** Why an estimator does not suit a recording: by recording, then by label. */
  problems: Record<string, Record<string, string>>;
}

export const EMPTY: Catalogue = { recordings: [], estimators: [], problems: {} };

/**
 * Read a host's catalogue; an empty object is an empty one.
 *
 * @throws DocumentError naming place, expectation and finding.
 */
export function readCatalogue(value: unknown): Catalogue {
  const catalogue = asObject(value, 'catalogue');
  if (Object.keys(catalogue).length === 0) {
    return EMPTY;
  }
  return {
    recordings: asList(catalogue.recordings, 'recordings').map((item, i) =>
      asText(item, `recordings[${i}]`)
    ),
    estimators: asList(catalogue.estimators, 'estimators').map((item, i) =>
      readOffer(item, `estimators[${i}]`)
    ),
    problems: readEach(catalogue.problems, 'problems', (item, at) => readEach(item, at, asText))
  };
}

function readOffer(value: unknown, where: string): Offer {
  const offer = asObject(value, where);
  return {
    label: asText(offer.label, `${where}.label`),
    ordered: asFlag(offer.ordered, `${where}.ordered`),
    settings: readSettings(offer.settings, `${where}.settings`),
    sliders: asList(offer.sliders, `${where}.sliders`).map((item, i) =>
      readSlider(item, `${where}.sliders[${i}]`)
    )
  };
}

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

function readEach<T>(
  value: unknown,
  where: string,
  read: (value: unknown, where: string) => T
): Record<string, T> {
  const entries = Object.entries(asObject(value, where));
  return Object.fromEntries(entries.map(([name, item]) => [name, read(item, `${where}.${name}`)]));
}
