import { el, setText } from '../dom';
import { messageOf } from '../format';
import type { Reading, SettingValue } from '../plane/estimator';
import { strings } from '../strings';
import { readCatalogue } from './catalogue';
import { Companions } from './companions';
import { besideName, contentOf, factsOn } from './contents';
import { CopyButton } from './copy';
import type { Shown } from './library';
import { planeLine } from './python';
import { readSaved } from './saved';
import { isSelection, sameSelection, type Selection } from './selection';
import { SettingsBox } from './settings';
import { SideBySide, type NamedPlane } from './side-by-side';
import { ExplorerState } from './state';
import { inStead, statusText } from './status';
import { Toolbar } from './toolbar';
import { TouchedPoint, type Message } from './touched';
import { WorkLine } from './work-line';

export type { Selection } from './selection';
export type { Message } from './touched';

/** What a host may want to know; without hooks the explorer needs no host at all. */
export interface ExplorerHooks {
  /** The reader selected something else; called at every step of a slider. */
  onSelect?(selection: Selection): void;
  /** Ask a kernel for what the document does not hold; it answers through {@link Explorer.take}. */
  ask?(message: Message): void;
}

/**
 * The information plane with its drop-downs, sliders, number boxes and ghost, the strip of planes
 * across a slider, and the chart of compression against it.
 *
 * The same component in a notebook, in the viewer of saved planes and in a stand-alone page. All
 * it shows comes from one plane document; a kernel is needed only for values no curve holds.
 */
export class Explorer {
  readonly element = el('section', { class: 'glow glow-explorer' });
  private readonly title = el('h2', { class: 'glow-title' });
  private readonly toolbar = new Toolbar({
    recording: i => this.change(state => state.selectRecording(i)),
    estimator: i => this.change(state => state.selectEstimator(i)),
    preset: preset => {
      this.change(state => (preset ? state.selectPreset(preset) : state.leavePreset()));
      this.settle();
    },
    ghost: () => this.refresh(),
    beside: beside => {
      this.change(state => {
        state.beside = beside;
      });
      this.settle();
    }
  });
  private readonly settings = new SettingsBox({
    move: (name, value) => this.move(name, value),
    settle: () => this.settle()
  });
  private readonly work = new WorkLine(() => this.abandon());
  private readonly controls: HTMLElement;
  private readonly provenance = el('p', { class: 'glow-provenance' });
  private readonly copy = new CopyButton(() => this.code());
  private readonly problem = el('p', { class: 'glow-problem', attributes: { role: 'alert' } });
  private readonly body = el('div', { class: 'glow-body' });
  private readonly planes = new SideBySide(point => this.touched.touch(point));
  private readonly companions = new Companions({
    picker: name => ({
      pick: value => this.move(name, value),
      settle: () => this.settle()
    }),
    askKnown: () => this.touched.askKnown()
  });
  private readonly state = new ExplorerState();
  private readonly touched = new TouchedPoint(this.state, this.companions, message =>
    this.hooks.ask?.(message)
  );
  private busy = '';
  private failure = '';
  private broken = '';

  constructor(private readonly hooks: ExplorerHooks = {}) {
    this.controls = el(
      'div',
      { class: 'glow-controls' },
      this.toolbar.element,
      this.settings.element
    );
    this.body.append(
      this.controls,
      this.planes.element,
      this.companions.strip.element,
      this.companions.element,
      el('div', { class: 'glow-foot' }, this.provenance, this.copy.element)
    );
    const head = el('div', { class: 'glow-head' }, this.title, this.work.element);
    this.element.append(head, this.body, this.problem);
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
      const { document, extras, selection } = readSaved(value);
      const first = this.state.estimator === null;
      this.state.setDocument(document, extras);
      setText(this.title, document?.title ?? '');
      if (first && isSelection(selection)) {
        this.state.select(selection);
      }
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

  /** Take what a kernel sent; all but the answer to the latest request are ignored. */
  take(message: unknown): void {
    const { action } = (message ?? {}) as Partial<Message>;
    if (action === 'failed') {
      this.takeFailure(message as Message);
    } else if (action === 'plane') {
      this.taken(() => this.takePlane(message));
    } else if (action === 'verdicts') {
      this.taken(() => this.state.library.addVerdicts(message));
    } else if (action === 'histogram' || action === 'known') {
      this.taken(() => this.touched.take(message as Message));
    }
  }

  /** Show a selection made elsewhere, for example in another view of the same widget. */
  select(selection: unknown): void {
    if (
      isSelection(selection) &&
      !sameSelection(selection, this.state.selection) &&
      this.state.select(selection)
    ) {
      this.fill();
    }
  }

  /** Show a message in place of the plane. */
  setMessage(text: string): void {
    this.explain(text);
  }

  dispose(): void {
    this.touched.dispose();
    this.planes.dispose();
    this.companions.dispose();
    this.element.remove();
  }

  /** Take a kernel's answer; where it cannot be read, say so. */
  private taken(take: () => void): void {
    try {
      take();
    } catch (error) {
      this.failure = strings.explorer.badAnswer(messageOf(error));
    }
    this.refresh();
  }

  private takePlane(answer: unknown): void {
    if (this.state.answer(answer)) {
      this.failure = '';
      // Recordings beside it may lack theirs.
      this.settle(false);
    }
  }

  private takeFailure({ asked, serial, message }: Message): void {
    if (asked === 'calibrate') {
      this.companions.gauge.say(String(message ?? ''));
    } else if (this.state.giveUp(serial)) {
      this.failure = String(message ?? '');
      this.refresh();
    }
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

  private move(name: string, value: SettingValue): void {
    this.change(state => state.setValue(name, value));
  }

  private change(act: (state: ExplorerState) => void): void {
    if (this.state.asking) {
      this.hooks.ask?.({ action: 'cancel' });
    }
    this.failure = '';
    act(this.state);
    this.fill();
    this.hooks.onSelect?.(this.state.selection);
  }

  /** Ask the kernel for what is selected, if no curve holds it and it was not asked for yet. */
  private settle(moved = true): void {
    if (!moved && (this.state.asking || this.state.moving)) {
      return;
    }
    const request = this.state.settle();
    if (request) {
      this.hooks.ask?.({ action: 'estimate', ...request });
      this.refresh();
    }
  }

  /** Give up what is computed and go back to the plane that is drawn. */
  private abandon(): void {
    this.hooks.ask?.({ action: 'cancel' });
    if (this.state.abandon()) {
      this.hooks.onSelect?.(this.state.selection);
    }
    this.fill();
  }

  /** The line that reproduces what is drawn. */
  private code(): string {
    const { library, shown } = this.state;
    const source = shown && library.source(shown.recording.name);
    return shown ? planeLine(shown.reading.plane, shown.reading.settings, source) : '';
  }

  /** Bring every control in line with the state. */
  private fill(): void {
    const { state } = this;
    const { estimator, exact, selection } = state;
    this.explain(this.broken || (estimator ? '' : this.busy || strings.plane.empty));
    if (estimator) {
      const unit = state.shown?.recording.axes.xt.unit ?? '';
      this.settings.show(estimator, selection.settings, exact, unit);
    }
    this.toolbar.show(state, state.estimators.length > 1 || this.settings.count > 0);
    this.controls.hidden = this.toolbar.empty && this.settings.count === 0;
    this.refresh();
  }

  /** Draw the state. */
  private refresh(): void {
    const { state } = this;
    const { shown, ghost } = state;
    if (shown) {
      this.draw(shown, ghost?.reading ?? null);
      this.companions.show(state, shown);
      if (!state.library.histograms(shown.recording.name)) {
        this.touched.countSoon();
      }
    }
    const waits = state.awaited !== null || (state.waiting && state.problem() === '');
    const another = waits && !state.arriving;
    this.element.classList.toggle('glow-pending', another || inStead(state, shown) !== '');
    this.planes.main.element.setAttribute('aria-busy', String(waits));
    this.toolbar.nameGhost(ghost?.name ?? null);
    this.work.show(this.failure || this.statusText(shown), waits && shown !== null);
  }

  private statusText(shown: Shown | null): string {
    const known = shown !== null || this.state.estimator !== null;
    return known ? statusText(this.state, shown, this.busy) : this.busy;
  }

  private draw(shown: Shown, ghost: Reading | null): void {
    const { library, asking, besides, selection } = this.state;
    const { generator } = library;
    const arriving = this.busy !== '' || asking;
    const drawn = (each: Shown, before: Reading | null): NamedPlane => ({
      name: besideName(each, selection),
      content: contentOf(each, this.toolbar.ghosted ? before : null, { generator, arriving })
    });
    this.planes.show([
      drawn(shown, ghost),
      ...besides.map(each => drawn(each, this.state.ghostBeside(each.recording.name)))
    ]);
    setText(this.provenance, factsOn(shown, library));
  }
}
