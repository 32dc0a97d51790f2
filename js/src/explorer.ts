import { Choice } from './choice';
import { el, setText } from './dom';
import { ExactRequest, ExplorerState, Selection } from './explorer-state';
import { formatNumber } from './format';
import { readDocument } from './plane/document';
import { PlaneView } from './plane/view';
import { SettingControl } from './setting';
import { strings } from './strings';

export type { ExactRequest, Selection } from './explorer-state';

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
 * The information plane with its drop-downs, slider, number box and ghost.
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
    this.change(state => state.selectPlane(i))
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
  private readonly provenance = el('p', { class: 'glow-provenance' });
  private readonly problem = el('p', { class: 'glow-problem', attributes: { role: 'alert' } });
  private readonly body = el('div', { class: 'glow-body' });
  private readonly view = new PlaneView();
  private state: ExplorerState | null = null;
  private control: SettingControl | null = null;
  private controlled: unknown = null;
  private exact = false;
  private busy = '';
  private failure = '';

  constructor(private readonly hooks: ExplorerHooks = {}) {
    this.ghost.checked = true;
    this.choices.append(this.recording.element, this.estimator.element, this.ghostLabel);
    this.body.append(this.controls, this.status, this.view.element, this.provenance);
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
    try {
      if (isEmpty(value)) {
        this.explain(this.busy || strings.plane.empty);
        return;
      }
      const document = readDocument(value);
      if (this.state) {
        this.state.setDocument(document);
      } else {
        this.state = new ExplorerState(document);
        this.state.exact = this.exact;
      }
      setText(this.title, document.title ?? '');
      this.explain('');
      this.fill();
    } catch (error) {
      this.explain(strings.plane.cannotShow(messageOf(error)));
    }
  }

  /** Say whether a kernel can answer for values that are not kept. */
  setExact(exact: boolean): void {
    this.exact = exact;
    this.controlled = null;
    if (this.state) {
      this.state.exact = exact;
      this.fill();
    }
  }

  /** Show what the kernel is computing, in words; empty when it is idle. */
  setBusy(text: string): void {
    this.busy = text;
    if (!this.state) {
      this.explain(text || strings.plane.empty);
    }
    this.refresh();
  }

  /** Take a kernel's answer to a request; all but the answer to the latest are ignored. */
  setPlane(answer: unknown): void {
    try {
      this.state?.answer(answer);
      this.failure = '';
    } catch (error) {
      this.failure = strings.explorer.badAnswer(messageOf(error));
    }
    this.refresh();
  }

  /** The kernel could not answer a request. */
  setFailure(serial: unknown, message: string): void {
    if (this.state?.giveUp(serial)) {
      this.failure = message;
      this.refresh();
    }
  }

  /** Show a selection made elsewhere, for example in another view of the same widget. */
  select(selection: Selection): void {
    if (this.state && !same(selection, this.state.selection) && this.state.select(selection)) {
      this.fill();
    }
  }

  dispose(): void {
    this.view.dispose();
    this.element.remove();
  }

  /** Show a message in place of the plane; none brings the plane back. */
  private explain(message: string): void {
    setText(this.problem, message);
    this.problem.hidden = message === '';
    this.body.hidden = message !== '';
  }

  private change(act: (state: ExplorerState) => void): void {
    if (!this.state) {
      return;
    }
    if (this.state.awaited) {
      this.hooks.cancelExact?.();
    }
    this.failure = '';
    act(this.state);
    this.fill();
    this.hooks.onSelect?.(this.state.selection);
  }

  private settle(): void {
    const request = this.state?.settle();
    if (request) {
      this.hooks.requestExact?.(request);
      this.refresh();
    }
  }

  /** Bring every control in line with the state. */
  private fill(): void {
    const { state } = this;
    if (!state) {
      return;
    }
    const { recording, plane, value } = state.selection;
    this.recording.show(
      state.recordings.map(({ name }) => name),
      recording
    );
    this.estimator.show(
      state.recording.planes.map(({ label }) => label),
      plane
    );
    this.fillSetting(state);
    if (value !== null) {
      this.control?.show(value);
    }
    const comparable = state.recording.planes.length > 1 || state.plane.slider !== null;
    this.ghostLabel.hidden = !comparable;
    this.controls.hidden = !comparable && state.recordings.length < 2;
    this.refresh();
  }

  /** A new slider only where the declaration is another one: the handle may be in a hand. */
  private fillSetting({ plane }: ExplorerState): void {
    const declaration = JSON.stringify([plane.label, plane.slider]);
    if (declaration === this.controlled) {
      return;
    }
    this.controlled = declaration;
    this.control = plane.slider
      ? new SettingControl(plane.slider, this.exact, {
          move: value => this.change(state => state.setValue(value)),
          settle: () => this.settle()
        })
      : null;
    this.setting.replaceChildren(...(this.control ? [this.control.element] : []));
  }

  /** Draw the state. */
  private refresh(): void {
    const { state } = this;
    if (!state) {
      return;
    }
    const { ghost, heading, limits, plane, reading, recording } = state;
    this.view.show({
      recording,
      coordinates: reading,
      ghost: this.ghost.checked && ghost ? ghost.reading : null,
      limits,
      heading,
      value: reading.value,
      arriving: this.busy !== ''
    });
    this.element.classList.toggle('glow-pending', state.awaited !== null);
    this.view.element.setAttribute('aria-busy', String(state.awaited !== null));
    setText(this.ghostName, ghost ? strings.explorer.ghostOf(ghost.name) : strings.explorer.ghost);
    const source = strings.plane.provenance(recording.samples, plane.runs);
    setText(this.provenance, [heading, source, state.generator].filter(Boolean).join(' · '));
    setText(this.status, this.statusText(state));
    this.status.hidden = this.controls.hidden && this.status.textContent === '';
  }

  private statusText({ awaited, plane, reading, selection }: ExplorerState): string {
    const name = plane.slider?.name ?? '';
    if (this.failure) {
      return this.failure;
    }
    if (awaited) {
      return strings.explorer.computing(name, formatNumber(awaited.value ?? NaN));
    }
    if (selection.value !== reading.value && selection.value !== null && reading.value !== null) {
      const [wanted, drawn] = [selection.value, reading.value].map(formatNumber);
      return strings.explorer.snapped(name, wanted, drawn);
    }
    return this.busy;
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function same(one: Selection, other: Selection): boolean {
  return (
    one.recording === other.recording && one.plane === other.plane && one.value === other.value
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
