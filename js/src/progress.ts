import { curveNames } from './curves';
import { el, setText, uniqueId } from './dom';
import { formatDuration } from './format';
import { Bar } from './progress-bar';
import {
  Action,
  ButtonName,
  buttons,
  isFinal,
  isGranted,
  ProgressState,
  Reach,
  readProgress
} from './progress-state';
import { MetricTable } from './progress-table';
import { strings } from './strings';

/**
 * The progress of a training: two bars, time to come, metrics, and Stop, Pause, Resume and Step.
 *
 * Its height is the same from the first batch to the last; nothing appears or goes away.
 */
export class Progress {
  readonly element: HTMLElement;
  private readonly status = el('span', { class: 'glow-status', testid: 'glow-status' });
  private readonly elapsed = el('span');
  private readonly left = el('span');
  private readonly epochs = new Bar(strings.progress.epoch);
  private readonly batches = new Bar(strings.progress.batch);
  private readonly metrics = new MetricTable();
  private readonly titles = el('div', { class: 'glow-curve-titles' });
  private readonly message = el('p', { class: 'glow-message', testid: 'glow-message' });
  private readonly controls: Record<ButtonName, HTMLButtonElement>;
  private shownTitles = '';
  private state = readProgress({});
  private wish: Action | null = null;
  private reached: Reach = 'kernel';

  /**
   * @param send Takes what the reader wants to the training; null where none is running.
   * @param chart Stands beside the metrics, in a place that is kept free for it.
   */
  constructor(
    private readonly send: ((action: Action) => void) | null,
    chart: HTMLElement | null = null
  ) {
    const words = strings.progress;
    this.message.id = uniqueId();
    this.controls = {
      pause: this.button('glow-pause', () => (this.state.status === 'paused' ? 'resume' : 'pause')),
      step: this.button('glow-step', () => 'step', words.stepHint),
      stepEpoch: this.button('glow-step-epoch', () => 'step-epoch', words.stepEpochHint),
      stop: this.button('glow-stop', () => 'stop', words.stopHint)
    };
    const actions = el('div', { class: 'glow-actions' }, ...Object.values(this.controls));
    const spans = { class: 'glow-time', testid: 'glow-time' };
    const time = el('span', spans, this.elapsed, new Text(' '), this.left);
    const head = el('div', { class: 'glow-progress-head' }, this.status, time);
    if (send) {
      head.append(actions);
    }
    const body = el('div', { class: 'glow-progress-body' }, this.metrics.element, this.message);
    if (chart) {
      chart.classList.add('glow-progress-curves');
      body.append(el('div', { class: 'glow-progress-chart' }, this.titles, chart));
    }
    this.element = el(
      'div',
      {
        class: `glow glow-progress${chart ? ' glow-progress-full' : ''}`,
        testid: 'glow-progress',
        // No region: a notebook has many trainings, and they would all be landmarks.
        attributes: { role: 'group', 'aria-label': words.label }
      },
      head,
      this.epochs.element,
      this.batches.element,
      body
    );
    this.refresh();
  }

  /** Show a state, as the Python half sends it. */
  show(value: unknown): void {
    this.state = readProgress(value);
    if (this.wish && isGranted(this.wish, this.state.status)) {
      this.wish = null;
    }
    this.refresh();
  }

  /** Say how far a click gets; the buttons follow. */
  reach(reach: Reach): void {
    this.reached = reach;
    this.refresh();
  }

  private ask(action: Action): void {
    this.wish = action;
    this.refresh();
    this.send?.(action);
  }

  private button(testid: string, action: () => Action, title = ''): HTMLButtonElement {
    return el('button', {
      testid,
      class: 'glow-button',
      attributes: { type: 'button', title, 'aria-describedby': this.message.id },
      on: { click: () => this.ask(action()) }
    });
  }

  /** Above the curves, whoever draws them: bqplot's own titles stay behind when the page narrows. */
  private showTitles(names: string[]): void {
    if (names.join() !== this.shownTitles) {
      this.shownTitles = names.join();
      this.titles.replaceChildren(
        ...names.map(text =>
          el('span', { class: 'glow-curve-title', text, attributes: { title: text } })
        )
      );
    }
  }

  private refresh(): void {
    const { state } = this;
    this.element.dataset.status = state.status;
    setText(this.status, strings.progress.status[state.status]);
    const [elapsed, left] = timeTexts(state);
    setText(this.elapsed, elapsed);
    setText(this.left, left);
    this.epochs.show(state.epoch, state.epochs || null);
    this.batches.show(state.batch, state.batches);
    this.metrics.show(state.metrics);
    this.showTitles(curveNames(state.metrics));
    const message = state.message || reason(state, this.reached);
    setText(this.message, message);
    this.message.title = message;
    const shown = buttons(state.status, this.wish, this.reached);
    for (const name of Object.keys(shown) as ButtonName[]) {
      setText(this.controls[name], shown[name].text);
      this.controls[name].disabled = shown[name].disabled;
    }
  }
}

/** Why some buttons cannot be pressed; empty if they can, or if nobody needs them any more. */
function reason({ status }: ProgressState, reach: Reach): string {
  const reasons: Partial<Record<Reach, string>> = strings.progress.reach;
  return isFinal(status) ? '' : (reasons[reach] ?? '');
}

/** What has passed and what is to come; narrow places break the line between them. */
function timeTexts({ status, elapsed, eta }: ProgressState): [string, string] {
  const passed = strings.progress.elapsed(formatDuration(elapsed));
  return isFinal(status) || eta === null
    ? [passed, '']
    : [`${passed},`, strings.progress.left(formatDuration(eta))];
}
