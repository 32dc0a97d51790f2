import { formatSetting, settingsInWords } from '../format';
import { settingsLine, type PlaneContent } from '../plane/content';
import type { Reading } from '../plane/estimator';
import { strings } from '../strings';
import type { Library, Shown } from './library';
import { sameSettings, type Selection } from './selection';

/** What a plane view draws of what is shown. */
export function contentOf(
  shown: Shown,
  ghost: Reading | null,
  { generator, arriving }: { generator: string | null; arriving: boolean }
): PlaneContent {
  const { heading, limits, reading, recording } = shown;
  return {
    recording,
    coordinates: reading,
    ghost,
    limits,
    heading,
    provenance: [settingsLine(reading), originOf(shown, generator)].filter(Boolean).join(' · '),
    runs: reading.plane.runs,
    value: Object.values(reading.settings).map(formatSetting).join(),
    arriving
  };
}

/** Where the numbers come from. */
function originOf({ recording, reading }: Shown, generator: string | null): string {
  const source = strings.plane.provenance(recording.samples, reading.plane.runs);
  return [source, generator].filter(Boolean).join(' · ');
}

/** What stands below the planes: what is shown, where it comes from, and what is missing. */
export function factsOn(shown: Shown, { generator, leftOut }: Library): string {
  const missing = leftOut.length ? strings.explorer.leftOut(leftOut.join(', ')) : '';
  return [shown.heading, originOf(shown, generator), missing].filter(Boolean).join(' · ');
}

/** A recording's name, with the setting that is drawn where that is not the selected one. */
export function besideName({ recording, reading }: Shown, { settings }: Selection): string {
  return sameSettings(settings, reading.settings)
    ? recording.name
    : strings.explorer.showing(recording.name, settingsInWords(reading.settings));
}
