import type { TranslationBundle } from '@jupyterlab/translation';

import { el } from '../dom';
import { Explorer } from '../explorer';
import { Progress } from '../progress';
import { Run, runs } from '../runs';
import { strings } from '../strings';

/** One training in the panel: its progress with Stop and Pause, and its plane. */
export class RunCard {
  readonly element: HTMLElement;
  private readonly progress: Progress;
  private readonly note: HTMLElement;
  private readonly dismiss: HTMLElement;
  private plane: Explorer | null = null;
  private shown: unknown = null;

  constructor(
    private readonly run: Run,
    words: TranslationBundle
  ) {
    const name = words.__(strings.lab.runName, run.number);
    const time = words.__(strings.lab.runStarted, shortTime(run.seen));
    const dismissLabel = words.__(strings.lab.dismiss);
    this.progress = new Progress(action => run.source.send(action));
    // The cell's own display speaks already.
    this.progress.element.querySelectorAll('[aria-live]').forEach(node => node.remove());
    this.note = el('p', { class: 'glow-note', text: words.__(strings.lab.unrecorded) });
    this.dismiss = el('button', {
      class: 'glow-tool',
      testid: 'glow-dismiss',
      text: '×',
      attributes: { type: 'button', title: dismissLabel, 'aria-label': dismissLabel },
      on: { click: () => runs.dismiss([run]) }
    });
    const head = el(
      'div',
      { class: 'glow-run-head' },
      el('h3', { text: name }),
      el('span', { class: 'glow-note', text: time }),
      this.dismiss
    );
    const attributes = { 'aria-label': name };
    this.element = el(
      'section',
      { class: 'glow glow-run', testid: 'glow-run', attributes },
      head,
      this.progress.element,
      this.note
    );
  }

  /** Bring everything in line with the run. */
  refresh(): void {
    const { run } = this;
    this.progress.show(run.state);
    this.dismiss.hidden = run.live;
    // A first epoch has to end before there can be a plane.
    this.note.hidden = run.plane !== null || run.state.epoch === 0;
    if (run.plane !== this.shown) {
      this.shown = run.plane;
      this.showPlane();
    }
  }

  dispose(): void {
    this.plane?.dispose();
    this.element.remove();
  }

  private showPlane(): void {
    if (!this.plane) {
      this.plane = new Explorer();
      this.element.append(this.plane.element);
    }
    this.plane.setDocument(this.run.plane);
  }
}

function shortTime(moment: Date): string {
  return moment.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
