import type { Settings } from '../plane/estimator';

/** What is shown, by name: documents and catalogues may change under it. */
export interface Selection {
  recording: string;
  estimator: string;
  /** The estimator's numeric settings; empty where it has no slider. */
  settings: Settings;
  /** The slider that was moved last; null before any was. */
  slider: string | null;
  /** Whether the other recordings stand beside the selected one. */
  beside?: boolean;
}

/** A plane that no kept curve holds, asked of a host with a kernel. */
export interface ExactRequest extends Selection {
  serial: number;
}

/** An estimator on a recording at some settings. */
export type Setting = Pick<Selection, 'recording' | 'estimator' | 'settings'>;

/** Whether something is a selection, of whatever there is. */
export function isSelection(value: unknown): value is Selection {
  const { recording, estimator, settings } = (value ?? {}) as Partial<Selection>;
  return (
    typeof recording === 'string' &&
    typeof estimator === 'string' &&
    typeof settings === 'object' &&
    settings !== null
  );
}

/** Whether two selections are the same estimator at the same settings. */
export function sameSetting(one: Selection, other: Selection): boolean {
  return one.estimator === other.estimator && sameSettings(one.settings, other.settings);
}

/** Whether two selections are the same, wherever a slider was moved last. */
export function sameSelection(one: Selection, other: Selection): boolean {
  return one.recording === other.recording && sameSetting(one, other);
}

/** Whether two sets of settings have the same values. */
export function sameSettings(one: Settings, other: Settings): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every(name => one[name] === other[name]);
}

/** A text that is the same for the same setting, and for no other. */
export function keyOf({ recording, estimator, settings }: Setting): string {
  return JSON.stringify([recording, estimator, Object.entries(settings).sort()]);
}
