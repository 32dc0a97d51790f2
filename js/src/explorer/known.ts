import { asChoice, asCount, asList, asNumber, asObject, asText } from '../plane/check';
import type { Setting } from './selection';
import { readSettings } from './settings-data';

/** One known answer and what the estimator said. */
export interface KnownAnswer {
  coordinate: 'xt' | 'ty';
  known: number;
  estimate: number;
  /** Standard deviation of single estimates. */
  sd: number;
}

/** What an estimator answers at a setting to problems that look like one layer at one epoch. */
export interface Known extends Setting {
  layer: string;
  epoch: number;
  answers: KnownAnswer[];
}

/**
 * Read known answers, of a kernel or of a saved document.
 *
 * @throws DocumentError naming place, expectation and finding.
 */
export function readKnown(value: unknown, where: string): Known {
  const known = asObject(value, where);
  return {
    recording: asText(known.recording, `${where}.recording`),
    estimator: asText(known.estimator, `${where}.estimator`),
    settings: readSettings(known.settings, `${where}.settings`),
    layer: asText(known.layer, `${where}.layer`),
    epoch: asCount(known.epoch, `${where}.epoch`),
    answers: asList(known.rows, `${where}.rows`).map((item, i) =>
      readAnswer(item, `${where}.rows[${i}]`)
    )
  };
}

function readAnswer(value: unknown, where: string): KnownAnswer {
  const row = asObject(value, where);
  return {
    coordinate: asChoice(row.coordinate, `${where}.coordinate`, ['xt', 'ty'] as const),
    known: asNumber(row.known, `${where}.known`),
    estimate: asNumber(row.estimate, `${where}.estimate`),
    sd: asNumber(row.sd, `${where}.sd`)
  };
}
