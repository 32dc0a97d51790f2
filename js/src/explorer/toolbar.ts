import { el, setText } from '../dom';
import { strings } from '../strings';
import type { Preset } from './catalogue';
import { Choice } from './choice';
import type { ExplorerState } from './state';

/** What the toolbar tells its owner. */
export interface ToolbarHooks {
  recording(index: number): void;
  estimator(index: number): void;
  /** A paper's settings were chosen, or none's. */
  preset(preset: Preset | null): void;
  /** The ghost was turned on or off. */
  ghost(): void;
  /** Other recordings were put beside the selected one, or away. */
  beside(shown: boolean): void;
}

/** Drop-downs of recording, estimator and paper; the switches of ghost and neighbours. */
export class Toolbar {
  readonly element: HTMLElement;
  private readonly recording: Choice;
  private readonly estimator: Choice;
  private readonly preset: Choice;
  private readonly differs = el('p', { class: 'glow-hint', testid: 'glow-preset-note' });
  private readonly ghost: HTMLInputElement;
  private readonly ghostName = el('span', { text: strings.explorer.ghost });
  private readonly ghostLabel: HTMLElement;
  private readonly beside: HTMLInputElement;
  private readonly besideLabel: HTMLElement;
  private readonly tools: HTMLElement;
  private presets: Preset[] = [];

  constructor(hooks: ToolbarHooks) {
    const { explorer } = strings;
    this.recording = new Choice(explorer.recording, 'glow-recording', hooks.recording);
    this.estimator = new Choice(explorer.estimator, 'glow-estimator', hooks.estimator);
    // The first entry stands for settings that are no paper's.
    this.preset = new Choice(explorer.preset, 'glow-preset', i =>
      hooks.preset(this.presets[i - 1] ?? null)
    );
    this.ghost = box('glow-ghost', () => hooks.ghost());
    this.ghost.checked = true;
    this.ghostLabel = el('label', { class: 'glow-ghost' }, this.ghost, this.ghostName);
    this.beside = box('glow-beside', () => hooks.beside(this.beside.checked));
    const besideName = el('span', { text: explorer.beside });
    this.besideLabel = el('label', { class: 'glow-ghost' }, this.beside, besideName);
    this.tools = el('span', { class: 'glow-choice-tools' }, this.besideLabel, this.ghostLabel);
    this.element = el(
      'div',
      { class: 'glow-choices' },
      this.recording.element,
      this.estimator.element,
      this.preset.element,
      this.tools,
      this.differs
    );
  }

  /** Whether the ghost is wanted. */
  get ghosted(): boolean {
    return this.ghost.checked;
  }

  /** Whether there is nothing to choose. */
  get empty(): boolean {
    return Array.from(this.element.children).every(child => (child as HTMLElement).hidden);
  }

  /** @param comparable Whether there can be a setting before this one. */
  show(state: ExplorerState, comparable: boolean): void {
    const { recordings, estimators, estimator, selection, preset } = state;
    this.presets = state.presets;
    this.recording.show(recordings, recordings.indexOf(selection.recording));
    this.estimator.show(
      estimators.map(({ label }) => label),
      estimator ? estimators.indexOf(estimator) : -1,
      estimators.map(({ label }) => state.problem(label))
    );
    const at = this.presets.findIndex(({ name }) => name === preset?.name);
    this.preset.show([strings.explorer.noPreset, ...this.presets.map(({ name }) => name)], at + 1);
    const differs = preset && strings.explorer.presetDiffers(preset.paper, preset.differs);
    setText(this.differs, differs ?? '');
    this.differs.hidden = !differs;
    this.ghostLabel.hidden = !comparable;
    this.besideLabel.hidden = recordings.length < 2;
    this.beside.checked = state.beside;
    this.tools.hidden = this.ghostLabel.hidden && this.besideLabel.hidden;
  }

  /** Name the setting that the ghost shows; null where there is none. */
  nameGhost(name: string | null): void {
    const { ghost, ghostOf } = strings.explorer;
    setText(this.ghostName, name === null ? ghost : ghostOf(name));
  }
}

function box(testid: string, changed: () => void): HTMLInputElement {
  return el('input', { testid, attributes: { type: 'checkbox' }, on: { change: changed } });
}
