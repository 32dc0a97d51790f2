import { formatNumber, truncate } from '../format';
import { strings } from '../strings';
import type { Coordinates } from './curve';
import type { Recording } from './document';
import type { Reading } from './estimator';
import type { Limits, Range } from './scales';

/** What a view shows: one recording's plane at one setting. */
export interface PlaneContent {
  recording: Recording;
  coordinates: Coordinates;
  /** The plane at the previous setting, drawn faintly behind. */
  ghost: Coordinates | null;
  limits: Limits;
  /** First and last epoch of the colours; the recording's own where there is none. */
  span?: Range;
  /** Recording and setting in words. */
  heading: string;
  /** Where the numbers come from, in words: samples, runs and program. */
  provenance: string;
  /** The settings that are drawn; empty where there are none. */
  value: string;
  /** How many networks it is the mean of. */
  runs: number;
  /** Whether more epochs are being estimated, so that missing ones need no remark. */
  arriving?: boolean;
}

/** What a picture shows beyond the content: what the reader chose. */
export interface Choices {
  visible: readonly boolean[];
  /** Index of the last epoch that is shown. */
  upto: number;
  /** Whether the spread is drawn, where there is one. */
  band: boolean;
}

/** An estimator's name and all settings that a plane was made with, in words. */
export function settingsLine({ plane, settings }: Pick<Reading, 'plane' | 'settings'>): string {
  const every = Object.entries({ ...plane.settings, ...settings })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => strings.explorer.setting(name, settingText(value)));
  return [plane.estimator, ...every].join(', ');
}

function settingText(value: unknown): string {
  return typeof value === 'number' ? formatNumber(value) : truncate(words(value), 60);
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
