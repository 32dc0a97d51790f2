import { el, setText } from '../dom';
import { formatCoordinate } from '../format';
import { strings } from '../strings';
import type { PlaneContent } from './content';
import type { Doubts } from './doubts';
import { doubtsOf } from './frame';

/** Milliseconds without a change after which an open table is filled anew. */
const SETTLED = 300;

/** Rows added in one frame, so that a long table does not hold up the page. */
const SLICE = 60;

const AXES = ['xt', 'ty'] as const;

/** Every number of the plane as a table, made when somebody opens it. */
export class DataTable {
  readonly element: HTMLDetailsElement;
  private readonly table = el('table', { testid: 'glow-table' });
  private content: PlaneContent | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private frame = 0;
  private stale = false;

  constructor() {
    const scroll = el(
      'div',
      {
        class: 'glow-table-scroll',
        attributes: { tabindex: '0', role: 'region', 'aria-label': strings.table.title }
      },
      this.table
    );
    const summary = el('summary', { text: strings.table.title, testid: 'glow-table-open' });
    this.element = el('details', { class: 'glow-data' }, summary, scroll);
    this.element.addEventListener('toggle', () => this.fill());
  }

  show(content: PlaneContent): void {
    this.content = content;
    this.stale = true;
    this.halt();
    if (this.element.open) {
      this.timer = setTimeout(() => this.fill(), SETTLED);
    }
  }

  dispose(): void {
    this.halt();
  }

  private halt(): void {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
  }

  private fill(): void {
    const { content } = this;
    if (content && this.stale && this.element.open) {
      this.stale = false;
      const caption = el('caption', { text: strings.table.caption(content.heading) });
      const body = el('tbody');
      this.table.replaceChildren(caption, makeHead(content), body);
      this.addRows(body, content, doubtsOf(content), 0);
    }
  }

  private addRows(body: HTMLElement, content: PlaneContent, doubts: Doubts, from: number): void {
    const { epochs } = content.recording;
    const upto = Math.min(from + SLICE, epochs.length);
    for (let row = from; row < upto; row++) {
      body.append(makeRow(content, doubts, epochs[row], row));
    }
    const more = upto < epochs.length;
    this.table.setAttribute('aria-busy', String(more));
    if (more) {
      this.frame = requestAnimationFrame(() => this.addRows(body, content, doubts, upto));
    }
  }
}

/** Two lines: the layers, and below each the names of both coordinates. */
function makeHead({ recording }: PlaneContent): HTMLElement {
  const { axes, layers } = recording;
  const scope = { scope: 'colgroup', colspan: '2' };
  const names = layers.map(text => el('th', { text, attributes: scope }));
  const units = layers.flatMap(() =>
    AXES.map(axis => {
      const text = strings.plane.axis(axes[axis].label, axes[axis].unit);
      return el('th', { text, attributes: { scope: 'col' } });
    })
  );
  const corner = { scope: 'col', rowspan: '2' };
  const first = el('th', { text: strings.plane.epoch, attributes: corner });
  return el('thead', {}, el('tr', {}, first, ...names), el('tr', {}, ...units));
}

function makeRow(
  { recording, coordinates }: PlaneContent,
  doubts: Doubts,
  epoch: number,
  row: number
): HTMLElement {
  const line = el('tr', {}, el('th', { text: String(epoch), attributes: { scope: 'row' } }));
  recording.layers.forEach((_, layer) => {
    const i = row * recording.layers.length + layer;
    for (const axis of AXES) {
      const cell = document.createElement('td');
      setText(cell, cellText(coordinates[axis][i], coordinates.spread?.[axis][i], doubts.has(i)));
      line.append(cell);
    }
  });
  return line;
}

function cellText(value: number, spread: number | undefined, doubted: boolean): string {
  if (!Number.isFinite(value)) {
    return strings.table.missing;
  }
  const text = formatCoordinate(value);
  const whole =
    spread !== undefined && Number.isFinite(spread)
      ? strings.plane.plusMinus(text, formatCoordinate(spread))
      : text;
  return doubted ? strings.table.doubted(whole) : whole;
}
