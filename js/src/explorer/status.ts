import { formatSetting, settingsInWords } from '../format';
import { countMissing } from '../plane/points';
import { strings } from '../strings';
import type { Shown } from './library';
import { sameSettings } from './selection';
import type { ExplorerState } from './state';

/** What a reader must know of what is drawn and of what is still to come; empty where nothing. */
export function statusText(state: ExplorerState, shown: Shown | null, busy: string): string {
  const { awaited, arriving, waiting, selection } = state;
  if (state.problem()) {
    return state.problem();
  }
  if (awaited && shown && arriving) {
    const epochs = shown.recording.epochs.length;
    const missing = countMissing(shown.reading, shown.recording.layers.length).epochs;
    return strings.explorer.arriving(settingsInWords(awaited.settings), epochs - missing, epochs);
  }
  if (waiting || awaited) {
    // The kernel says how far it is once it has taken the wish up.
    return busy.includes(selection.estimator)
      ? busy
      : awaited
        ? strings.explorer.computing(settingsInWords(awaited.settings))
        : strings.explorer.estimating(selection.estimator);
  }
  const stead = inStead(state, shown);
  return stead ? strings.explorer.between(stead) : snapText(state, shown) || busy;
}

/** What is drawn in place of a combination that no curve holds; empty where it is the selected. */
export function inStead({ selection, exact, waiting }: ExplorerState, shown: Shown | null): string {
  if (!exact || waiting || !shown || sameSettings(selection.settings, shown.reading.settings)) {
    return '';
  }
  const drawn = shown.reading.settings;
  const others = Object.keys(drawn).filter(
    name => name !== selection.slider && selection.settings[name] !== drawn[name]
  );
  return settingsInWords(Object.fromEntries(others.map(name => [name, drawn[name]])));
}

function snapText({ selection, wentBack }: ExplorerState, shown: Shown | null): string {
  const { settings, slider } = selection;
  const [wanted, drawn] = [settings, shown?.reading.settings ?? {}].map(s => s[slider ?? '']);
  if (slider !== null && wanted !== drawn && drawn !== undefined) {
    return strings.explorer.snapped(slider, formatSetting(wanted), formatSetting(drawn));
  }
  return wentBack.length ? strings.explorer.wentBack([...wentBack]) : '';
}
