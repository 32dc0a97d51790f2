import { el, setText } from './dom';
import { formatDuration, formatNumber } from './format';
import {
  Action,
  ButtonState,
  buttons,
  isFinal,
  isGranted,
  ProgressState,
  readProgress
} from './progress-state';
import { strings } from './strings';

/**
 * The progress of a training: two bars, time to come, metrics, Stop and Pause.
 *
 * Its height is the same from the first batch to the last; nothing appears or goes away.
 */
export class Progress {
  readonly element: HTMLElement;
  private readonly status = el('span', {
    class: 'glow-status',
    testid: 'glow-status',
    attributes: { role: 'status' }
  });
  private readonly time = el('span', { class: 'glow-time' });
  private readonly epochs = new Bar(strings.progress.epoch);
  private readonly batches = new Bar(strings.progress.batch);
  private readonly metrics = el('div', { class: 'glow-metrics' });
  private readonly message = el('p', { class: 'glow-message' });
  private readonly stop = button('glow-stop', () => this.ask('stop'));
  private readonly pause = button('glow-pause', () =>
    this.ask(this.state.status === 'paused' ? 'resume' : 'pause')
  );
  private state = readProgress({});
  private metricNames: readonly string[] = [];
  private wish: Action | null = null;

  /** @param ask Takes what the reader wants to the training. */
  constructor(private readonly send: (action: Action) => void) {
    const actions = el('div', { class: 'glow-actions' }, this.pause, this.stop);
    const head = el('div', { class: 'glow-progress-head' }, this.status, this.time, actions);
    this.element = el(
      'section',
      {
        class: 'glow glow-progress',
        testid: 'glow-progress',
        attributes: { 'aria-label': strings.progress.label }
      },
      head,
      this.epochs.element,
      this.batches.element,
      this.metrics,
      this.message
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

  private ask(action: Action): void {
    this.wish = action;
    this.refresh();
    this.send(action);
  }

  private refresh(): void {
    const { state, wish } = this;
    this.element.dataset.status = state.status;
    setText(this.status, strings.progress.status[state.status]);
    setText(this.time, timeText(state));
    this.epochs.show(state.epoch, state.epochs || null);
    this.batches.show(state.batch, state.batches);
    this.showMetrics(state.metrics);
    setText(this.message, state.message);
    this.message.title = state.message;
    const shown = buttons(state.status, wish);
    apply(this.stop, shown.stop);
    apply(this.pause, shown.pause);
  }

  private showMetrics(metrics: ProgressState['metrics']): void {
    const names = Object.keys(metrics);
    if (names.join('\n') !== this.metricNames.join('\n')) {
      this.metricNames = names;
      this.metrics.replaceChildren(...names.map(metricElement));
    }
    names.forEach((name, i) =>
      setText(this.metrics.children[i].lastElementChild!, metricText(metrics[name]))
    );
  }
}

/** A labelled bar with its count. */
class Bar {
  readonly element: HTMLElement;
  private readonly fill = el('div', { class: 'glow-bar-fill' });
  private readonly bar: HTMLElement;
  private readonly count = el('span', { class: 'glow-bar-count' });

  constructor(name: string) {
    this.bar = el(
      'div',
      {
        class: 'glow-bar',
        attributes: { role: 'progressbar', 'aria-label': name, 'aria-valuemin': '0' }
      },
      this.fill
    );
    const label = el('span', { class: 'glow-bar-name', text: name });
    this.element = el('div', { class: 'glow-bar-row' }, label, this.bar, this.count);
  }

  show(done: number, total: number | null): void {
    const text = strings.progress.of(done, total);
    setText(this.count, text);
    this.bar.setAttribute('aria-valuetext', text);
    if (total === null) {
      // Without a value the bar is, by ARIA's rule, of unknown length.
      this.bar.removeAttribute('aria-valuenow');
      this.bar.removeAttribute('aria-valuemax');
      this.fill.style.width = '0';
      return;
    }
    this.bar.setAttribute('aria-valuenow', String(done));
    this.bar.setAttribute('aria-valuemax', String(total));
    this.fill.style.width = `${total ? Math.min(100, (100 * done) / total) : 0}%`;
  }
}

function timeText({ status, elapsed, eta }: ProgressState): string {
  const passed = strings.progress.elapsed(formatDuration(elapsed));
  return isFinal(status) || eta === null
    ? passed
    : `${passed}, ${strings.progress.left(formatDuration(eta))}`;
}

function metricElement(name: string): HTMLElement {
  return el('div', {}, el('span', { text: name }), el('strong'));
}

function metricText(value: number | string): string {
  return typeof value === 'number' ? formatNumber(value) : value;
}

function button(testid: string, clicked: () => void): HTMLButtonElement {
  return el('button', {
    testid,
    class: 'glow-button',
    attributes: { type: 'button' },
    on: { click: clicked }
  });
}

function apply(element: HTMLButtonElement, { text, disabled }: ButtonState): void {
  setText(element, text);
  element.disabled = disabled;
}
