import { readCatalogue } from './catalogue';
import { Choice } from './choice';
import { el, setText } from '../dom';
import { ExplorerState, sameSetting, sameSettings } from './state';
import type { ExactRequest, Selection, Shown } from './state';
import { formatError, formatSetting } from '../format';
import { readDocument } from '../plane/document';
import type { EstimatorPlanes, Reading, Settings } from '../plane/estimator';
import { countMissing } from '../plane/points';
import { settingsLine } from '../plane/content';
import { PlaneView } from '../plane/view';
import { SettingControl } from './setting';
import { strings } from '../strings';

export type { ExactRequest, Selection } from './state';

/** What a host may want to know; without hooks the explorer needs no host at all. */
export interface ExplorerHooks {
  /** The reader selected something else; called at every step of a slider. */
  onSelect?(selection: Selection): void;
  /** The reader settled on a value that is not kept. */
  requestExact?(request: ExactRequest): void;
  /** The last request is no longer wanted. */
  cancelExact?(): void;
}

/**
 * The information plane with its drop-downs, sliders, number boxes and ghost.
 *
 * The same component in a notebook, in the viewer of saved planes and in a stand-alone page. All
 * it shows comes from one plane document; a kernel is needed only for values no curve holds.
 */
export class Explorer {
  readonly element = el('section', { class: 'glow glow-explorer' });
  private readonly title = el('h2', { class: 'glow-title' });
  private readonly recording = new Choice(strings.explorer.recording, 'glow-recording', i =>
    this.change(state => state.selectRecording(i))
  );
  private readonly estimator = new Choice(strings.explorer.estimator, 'glow-estimator', i =>
    this.change(state => state.selectEstimator(i))
  );
  private readonly ghost = el('input', {
    testid: 'glow-ghost',
    attributes: { type: 'checkbox' },
    on: { change: () => this.refresh() }
  });
  private readonly ghostName = el('span', { text: strings.explorer.ghost });
  private readonly ghostLabel = el('label', { class: 'glow-ghost' }, this.ghost, this.ghostName);
  private readonly setting = el('div', { class: 'glow-settings' });
  private readonly choices = el('div', { class: 'glow-choices' });
  private readonly controls = el('div', { class: 'glow-controls' }, this.choices, this.setting);
  private readonly status = el('p', { class: 'glow-status-line', attributes: { role: 'status' } });
  private readonly cancel = el('button', {
    class: 'glow-button',
    testid: 'glow-cancel',
    text: strings.explorer.cancel,
    attributes: { type: 'button', title: strings.explorer.cancelHint },
    on: { click: () => this.abandon() }
  });
  private readonly work = el('div', { class: 'glow-work' }, this.status, this.cancel);
  private readonly provenance = el('p', { class: 'glow-provenance' });
  private readonly problem = el('p', { class: 'glow-problem', attributes: { role: 'alert' } });
  private readonly body = el('div', { class: 'glow-body' });
  private readonly view = new PlaneView();
  private readonly state = new ExplorerState();
  private readonly settings = new Map<string, SettingControl>();
  private controlled: unknown = null;
  private busy = '';
  private failure = '';
  private broken = '';

  constructor(private readonly hooks: ExplorerHooks = {}) {
    this.ghost.checked = true;
    this.choices.append(this.recording.element, this.estimator.element, this.ghostLabel);
    this.body.append(this.controls, this.work, this.view.element, this.provenance);
    this.element.append(this.title, this.body, this.problem);
    this.setDocument({});
  }

  /**
   * Show a document; what the reader selected stays where the new one has it too.
   *
   * An empty object stands for a plane still to come. A malformed document is shown as a
   * message, never thrown at the host.
   */
  setDocument(value: unknown): void {
    this.guarded(() => {
      const document = isEmpty(value) ? null : readDocument(value);
      this.state.setDocument(document);
      setText(this.title, document?.title ?? '');
    });
    this.settle(false);
  }

  /** Show what a host can compute, at once and before there is a plane. */
  setCatalogue(value: unknown): void {
    this.guarded(() => this.state.setCatalogue(readCatalogue(value)));
  }

  /** Say whether a kernel can answer for values that are not kept. */
  setExact(exact: boolean): void {
    this.state.exact = exact;
    this.fill();
  }

  /** Show what the kernel is computing, in words; empty when it is idle. */
  setBusy(text: string): void {
    this.busy = text;
    if (this.state.estimator) {
      this.refresh();
    } else {
      this.fill();
    }
  }

  /** Take a kernel's answer to a request; all but the answer to the latest are ignored. */
  setPlane(answer: unknown): void {
    try {
      this.state.answer(answer);
      this.failure = '';
    } catch (error) {
      this.failure = strings.explorer.badAnswer(messageOf(error));
    }
    this.refresh();
  }

  /** The kernel could not answer a request. */
  setFailure(serial: unknown, message: string): void {
    if (this.state.giveUp(serial)) {
      this.failure = message;
      this.refresh();
    }
  }

  /** Show a selection made elsewhere, for example in another view of the same widget. */
  select(selection: Selection): void {
    if (!same(selection, this.state.selection) && this.state.select(selection)) {
      this.fill();
    }
  }

  dispose(): void {
    this.view.dispose();
    this.element.remove();
  }

  /** Take something a host sent; where it is malformed, say so in place of the plane. */
  private guarded(take: () => void): void {
    try {
      take();
      this.broken = '';
    } catch (error) {
      this.broken = strings.plane.cannotShow(messageOf(error));
    }
    this.fill();
  }

  /** Show a message in place of the plane; none brings the plane back. */
  private explain(message: string): void {
    setText(this.problem, message);
    this.problem.hidden = message === '';
    this.body.hidden = message !== '';
  }

  private change(act: (state: ExplorerState) => void): void {
    if (this.state.awaited) {
      this.hooks.cancelExact?.();
    }
    this.failure = '';
    act(this.state);
    this.fill();
    this.hooks.onSelect?.(this.state.selection);
  }

  /** Ask the kernel for what is selected, if no curve holds it and it was not asked for yet. */
  private settle(moved = true): void {
    if (!moved && (this.state.awaited || this.state.moving)) {
      return;
    }
    const request = this.state.settle();
    if (request) {
      this.hooks.requestExact?.(request);
      this.refresh();
    }
  }

  /** Give up what is computed and go back to the plane that is drawn. */
  private abandon(): void {
    this.hooks.cancelExact?.();
    if (this.state.abandon()) {
      this.hooks.onSelect?.(this.state.selection);
    }
    this.fill();
  }

  /** Bring every control in line with the state. */
  private fill(): void {
    const { state } = this;
    const { recordings, estimators, estimator } = state;
    const { recording, settings } = state.selection;
    this.explain(this.broken || (estimator ? '' : this.busy || strings.plane.empty));
    this.recording.show(recordings, recordings.indexOf(recording));
    this.estimator.show(
      estimators.map(({ label }) => label),
      estimator ? estimators.indexOf(estimator) : -1,
      estimators.map(({ label }) => state.problem(label))
    );
    if (estimator) {
      this.fillSettings(estimator, settings);
    }
    const comparable = estimators.length > 1 || this.settings.size > 0;
    this.ghostLabel.hidden = !comparable;
    this.controls.hidden = !comparable && recordings.length < 2;
    this.refresh();
  }

  /** New sliders only where the declarations are others: a handle may be in a hand. */
  private fillSettings(estimator: EstimatorPlanes, settings: Settings): void {
    const { label, sliders, settings: kept } = estimator;
    const declared = sliders.map(slider => ({ ...slider, error: null }));
    const declaration = JSON.stringify([label, declared, kept, this.state.exact]);
    if (declaration !== this.controlled) {
      this.controlled = declaration;
      this.makeSettings(estimator);
    }
    this.settings.forEach((control, name) => {
      control.note(this.remark(estimator, name));
      control.show(settings[name]);
    });
  }

  private makeSettings({ sliders, settings }: EstimatorPlanes): void {
    this.settings.clear();
    for (const slider of sliders) {
      const { name } = slider;
      const control = new SettingControl(slider, settings[name], this.state.exact, {
        move: value => this.change(state => state.setValue(name, value)),
        settle: () => this.settle()
      });
      this.settings.set(name, control);
    }
    this.setting.replaceChildren(...Array.from(this.settings.values(), ({ element }) => element));
  }

  /** What a reader must know of the values between those that are kept. */
  private remark(estimator: EstimatorPlanes, name: string): string {
    if (estimator.ordered) {
      return strings.explorer.onRelease;
    }
    const error = estimator.error(name);
    const unit = this.state.shown?.recording.axes.xt.unit ?? '';
    return error === null ? '' : strings.explorer.error(`${formatError(error)} ${unit}`.trim());
  }

  /** Draw the state. */
  private refresh(): void {
    const { state } = this;
    const { shown, ghost } = state;
    if (shown) {
      this.draw(shown, ghost?.reading ?? null);
    }
    const waits = state.awaited !== null || (state.waiting && state.problem() === '');
    const another = waits && !state.arriving;
    this.element.classList.toggle('glow-pending', another || this.away(shown) !== '');
    this.view.element.setAttribute('aria-busy', String(waits));
    setText(this.ghostName, ghost ? strings.explorer.ghostOf(ghost.name) : strings.explorer.ghost);
    setText(this.status, shown || state.estimator ? this.statusText(shown) : this.busy);
    this.cancel.hidden = !waits || !shown;
    this.work.hidden = this.controls.hidden && this.status.textContent === '';
  }

  private draw({ heading, limits, reading, recording }: Shown, ghost: Reading | null): void {
    const { runs } = reading.plane;
    const source = strings.plane.provenance(recording.samples, runs);
    const origin = [source, this.state.generator].filter(Boolean).join(' · ');
    this.view.show({
      recording,
      coordinates: reading,
      ghost: this.ghost.checked ? ghost : null,
      limits,
      heading,
      provenance: [settingsLine(reading), origin].filter(Boolean).join(' · '),
      runs,
      value: Object.values(reading.settings).map(formatSetting).join(),
      arriving: this.busy !== '' || this.state.awaited !== null
    });
    setText(this.provenance, `${heading} · ${origin}`);
  }

  /** What is drawn in place of a combination that no curve holds; empty where it is the selected. */
  private away(shown: Shown | null): string {
    const { selection, exact, waiting } = this.state;
    if (!exact || waiting || !shown || sameSettings(selection.settings, shown.reading.settings)) {
      return '';
    }
    const names = Object.keys(selection.settings).filter(
      name => name !== selection.slider && selection.settings[name] !== shown.reading.settings[name]
    );
    return names
      .map(name => strings.explorer.setting(name, formatSetting(shown.reading.settings[name])))
      .join(', ');
  }

  private statusText(shown: Shown | null): string {
    const { awaited, arriving, waiting, wentBack, selection } = this.state;
    if (this.failure || this.state.problem()) {
      return this.failure || this.state.problem();
    }
    if (awaited && shown && arriving) {
      const epochs = shown.recording.epochs.length;
      const missing = countMissing(shown.reading, shown.recording.layers.length).epochs;
      return strings.explorer.arriving(settingsText(awaited.settings), epochs - missing, epochs);
    }
    if (waiting || awaited) {
      // The kernel says how far it is once it has taken the wish up.
      return this.busy.includes(selection.estimator)
        ? this.busy
        : awaited
          ? strings.explorer.computing(settingsText(awaited.settings))
          : strings.explorer.estimating(selection.estimator);
    }
    const away = this.away(shown);
    return away ? strings.explorer.between(away) : this.snapText(shown, wentBack) || this.busy;
  }

  private snapText(shown: Shown | null, wentBack: readonly string[]): string {
    const { settings, slider } = this.state.selection;
    const [wanted, drawn] = [settings, shown?.reading.settings ?? {}].map(s => s[slider ?? '']);
    if (slider !== null && wanted !== drawn && drawn !== undefined) {
      return strings.explorer.snapped(slider, formatSetting(wanted), formatSetting(drawn));
    }
    return wentBack.length ? strings.explorer.wentBack([...wentBack]) : '';
  }
}

function settingsText(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => strings.explorer.setting(name, formatSetting(value)))
    .join(', ');
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function same(one: Selection, other: Selection): boolean {
  return one.recording === other.recording && sameSetting(one, other);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
