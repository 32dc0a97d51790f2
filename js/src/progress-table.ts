import { el, setText } from './dom';
import { formatNumber } from './format';
import { metricRows, ProgressState } from './progress-state';
import { strings } from './strings';

/** The latest metrics, on the training and on the validation data; scrolls where it is long. */
export class MetricTable {
  readonly element: HTMLElement;
  private readonly body = el('tbody');
  private names = '';

  constructor() {
    const words = strings.progress;
    const heads = [words.metric, words.training, words.validation].map(text =>
      el('th', { text, attributes: { scope: 'col' } })
    );
    const table = el(
      'table',
      { class: 'glow-metrics-table' },
      el('caption', { class: 'glow-hidden', text: words.metrics }),
      el('thead', {}, el('tr', {}, ...heads)),
      this.body
    );
    // What scrolls must be reachable by keyboard.
    const attributes = { tabindex: '0', role: 'group', 'aria-label': words.metrics };
    this.element = el('div', { class: 'glow-metrics', attributes }, table);
  }

  show(metrics: ProgressState['metrics']): void {
    const rows = metricRows(metrics);
    const names = rows.map(row => row.name).join('\n');
    if (names !== this.names) {
      this.names = names;
      this.body.replaceChildren(...rows.map(row => emptyRow(row.name)));
    }
    rows.forEach((row, i) => {
      const [, training, validation] = this.body.children[i].children;
      setText(training, metricText(row.training));
      setText(validation, metricText(row.validation));
    });
  }
}

function emptyRow(name: string): HTMLElement {
  const head = el('th', { text: name, attributes: { scope: 'row', title: name } });
  return el('tr', {}, head, el('td'), el('td'));
}

function metricText(value: number | string | undefined): string {
  return typeof value === 'number' ? formatNumber(value) : (value ?? strings.progress.noValue);
}
