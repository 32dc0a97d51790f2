import { asFlag, asList, asObject, asText, optional } from '../plane/check';
import { readSlider } from '../plane/document';
import type { Offer, Settings } from '../plane/estimator';
import { readHistograms, type HistogramTable } from './histogram-data';
import { readKnown, type Known } from './known';
import { readEach, readSettings } from './settings-data';

/** What a host can compute: known at once, long before there is a curve to draw. */
export interface Catalogue extends Extras {
  /** The names of the recordings. */
  recordings: string[];
  estimators: Offer[];
  /** Why an estimator does not suit a recording: by recording, then by label. */
  problems: Record<string, Record<string, string>>;
}

/** The estimator and settings of a paper. */
export interface Preset {
  name: string;
  paper: string;
  /** What our estimate does otherwise. */
  differs: string;
  /** The estimator's label. */
  estimator: string;
  settings: Settings;
}

/** What a catalogue and a saved explorer know beside planes. */
export interface Extras {
  presets: Preset[];
  /** Where recordings lie, by name. */
  sources: Record<string, string>;
  /** Histograms of activations, by recording. */
  histograms: Record<string, HistogramTable>;
  /** Answers to known problems, at most one for a setting. */
  known: Known[];
  /** Estimators that a saved explorer had no room for. */
  leftOut: string[];
}

const NO_EXTRAS: Extras = { presets: [], sources: {}, histograms: {}, known: [], leftOut: [] };

export const EMPTY: Catalogue = { recordings: [], estimators: [], problems: {}, ...NO_EXTRAS };

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
    problems: readEach(catalogue.problems, 'problems', (item, at) => readEach(item, at, asText)),
    ...readExtras(catalogue, 'catalogue')
  };
}

/** Read presets and sources, where there are any. */
export function readExtras(value: unknown, where: string): Extras {
  const extras = asObject(value, where);
  return {
    presets:
      optional(extras.presets, `${where}.presets`, asList)?.map((item, i) =>
        readPreset(item, `${where}.presets[${i}]`)
      ) ?? [],
    sources:
      optional(extras.sources, `${where}.sources`, (item, at) => readEach(item, at, asText)) ?? {},
    histograms:
      optional(extras.histograms, `${where}.histograms`, (item, at) =>
        readEach(item, at, readHistograms)
      ) ?? {},
    known:
      optional(extras.known, `${where}.known`, asList)?.map((item, i) =>
        readKnown(item, `${where}.known[${i}]`)
      ) ?? [],
    leftOut:
      optional(extras.left_out, `${where}.left_out`, asList)?.map((item, i) =>
        asText(item, `${where}.left_out[${i}]`)
      ) ?? []
  };
}

function readPreset(value: unknown, where: string): Preset {
  const preset = asObject(value, where);
  return {
    name: asText(preset.name, `${where}.name`),
    paper: asText(preset.paper, `${where}.paper`),
    differs: asText(preset.differs, `${where}.differs`),
    estimator: asText(preset.estimator, `${where}.estimator`),
    settings: readSettings(preset.settings, `${where}.settings`)
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
