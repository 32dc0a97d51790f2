import { scaleLinear, scaleSqrt } from 'd3-scale';

import { formatNumber } from '../format';
import type { Range } from '../plane/scales';
import { strings } from '../strings';
import type { Histogram } from './histogram-data';
import { Panel, whenSized } from './panel';
import type { Ruler } from './ruler';
import { svg } from './svg';

/** What is shown of the point that was touched. */
export interface HistogramContent {
  layer: string;
  /** The epoch of the point, and that of the nearest histogram that is known. */
  epoch: number;
  shown: number;
  range: Range;
  histogram: Histogram;
  ruler: Ruler | null;
}

const HEIGHT = 216;
const MARGIN = { left: 56, right: 14, top: 12, bottom: 38 };
/** Edges closer than this, in pixels, are drawn fainter. */
const EDGES_APART = 5;

/** The activations behind a point of the plane, with the estimator's cells or kernel over them. */
export class HistogramChart {
  readonly panel = new Panel(strings.explorer.histogram.title, 'glow-histogram');
  private readonly picture = svg('svg', { class: 'glow-chart-svg glow-still', role: 'img' });
  private readonly release: () => void;
  private content: HistogramContent | null = null;

  constructor() {
    this.panel.body.append(this.picture);
    this.release = whenSized(this.panel.body, () => this.draw());
  }

  get element(): HTMLElement {
    return this.panel.element;
  }

  /** Show the activations behind a point; null hides the chart. */
  show(content: HistogramContent | null): void {
    this.content = content;
    this.element.hidden = content === null;
    if (content) {
      const { histogram } = strings.explorer;
      const nearest = content.shown === content.epoch ? '' : histogram.nearest(content.shown);
      this.panel.rename(histogram.of(content.layer, content.epoch));
      const text = [describe(content.ruler), nearest].filter(Boolean).join(' ');
      this.panel.say(text);
      this.picture.setAttribute(
        'aria-label',
        `${histogram.of(content.layer, content.epoch)}. ${text}`
      );
      this.picture.dataset.edges = String(
        content.ruler?.kind === 'cells' ? content.ruler.edges.length : 0
      );
      this.draw();
    }
  }

  dispose(): void {
    this.release();
  }

  private draw(): void {
    const { content } = this;
    const width = this.panel.body.clientWidth;
    if (content && width) {
      this.picture.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
      this.picture.setAttribute('height', String(HEIGHT));
      this.picture.replaceChildren(...drawHistogram(content, width));
    }
  }
}

function describe(ruler: Ruler | null): string {
  const { histogram } = strings.explorer;
  if (!ruler) {
    return histogram.noRuler;
  }
  if (ruler.kind === 'kernel') {
    return histogram.kernel(formatNumber(ruler.deviation));
  }
  const { edges, width } = ruler;
  const [low, high] = [edges[0], edges[edges.length - 1]].map(formatNumber);
  return histogram.cells(edges.length - 1, low, high, width === null ? '' : formatNumber(width));
}

function drawHistogram(content: HistogramContent, width: number): SVGElement[] {
  const { histogram, range, ruler } = content;
  const span = range[0] < range[1] ? range : [range[0] - 0.5, range[1] + 0.5];
  const x = scaleLinear(span, [MARGIN.left, width - MARGIN.right]);
  const bottom = HEIGHT - MARGIN.bottom;
  const y = scaleSqrt([0, Math.max(...histogram.shares)], [bottom, MARGIN.top]);
  const cell = (x.range()[1] - x.range()[0]) / histogram.shares.length;
  const bars = histogram.shares.map((share, i) =>
    svg('rect', {
      class: 'glow-bar-of-values',
      x: MARGIN.left + i * cell,
      width: Math.max(cell - 0.5, 0.5),
      y: y(share),
      height: bottom - y(share)
    })
  );
  return [
    ...axes(x, y, width),
    ...bars,
    ...(ruler?.kind === 'cells' ? [drawEdges(ruler.edges, x)] : []),
    ...(ruler?.kind === 'kernel' ? [drawKernel(ruler.deviation, x)] : [])
  ];
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;
type Roots = ReturnType<typeof scaleSqrt<number, number>>;

function axes(x: Scale, y: Roots, width: number): SVGElement[] {
  const [bottom, right] = [HEIGHT - MARGIN.bottom, width - MARGIN.right];
  const { histogram } = strings.explorer;
  const turned = `translate(11, ${(MARGIN.top + bottom) / 2}) rotate(-90)`;
  const shares = shareTicks(y.domain()[1]);
  return [
    ...shares.flatMap(share => [
      svg('line', { class: 'glow-grid', x1: MARGIN.left, x2: right, y1: y(share), y2: y(share) }),
      svg(
        'text',
        { x: MARGIN.left - 6, y: y(share) + 4, 'text-anchor': 'end' },
        histogram.percent(formatNumber(100 * share))
      )
    ]),
    ...x
      .ticks(6)
      .map(value =>
        svg('text', { x: x(value), y: bottom + 16, 'text-anchor': 'middle' }, formatNumber(value))
      ),
    svg('line', { class: 'glow-axis', x1: MARGIN.left, x2: right, y1: bottom, y2: bottom }),
    svg(
      'text',
      { class: 'glow-axis-name', x: (MARGIN.left + right) / 2, y: HEIGHT - 4 },
      histogram.activation
    ),
    svg('text', { class: 'glow-axis-name', transform: turned }, histogram.share)
  ];
}

/** Round shares up to a largest one, apart on a square-root scale. */
function shareTicks(most: number): number[] {
  const round = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
  const ticks = [0];
  for (const share of round) {
    if (
      share <= most &&
      ticks.every(other => Math.abs(Math.sqrt(share / most) - Math.sqrt(other / most)) > 0.17)
    ) {
      ticks.push(share);
    }
  }
  return ticks;
}

function drawEdges(edges: readonly number[], x: Scale): SVGElement {
  const [low, high] = x.domain();
  const inside = edges.filter(edge => edge >= low && edge <= high);
  const apart = Math.abs(x(edges[1] ?? high) - x(edges[0]));
  const path = inside
    .map(edge => `M${x(edge).toFixed(1)},${MARGIN.top}V${HEIGHT - MARGIN.bottom}`)
    .join('');
  const opacity = Math.min(0.9, Math.max((apart / EDGES_APART) ** 2, 0.12));
  return svg('path', { class: 'glow-edges', d: path, opacity });
}

/** A kernel of this deviation in the middle of the range, over three deviations to each side. */
function drawKernel(deviation: number, x: Scale): SVGElement {
  const middle = (x.domain()[0] + x.domain()[1]) / 2;
  const [top, bottom] = [MARGIN.top + 8, HEIGHT - MARGIN.bottom];
  const points = Array.from({ length: 61 }, (_, i) => {
    const z = (i - 30) / 10;
    const [left, right] = x.range();
    const at = Math.min(Math.max(x(middle + z * deviation), left), right);
    return `${at.toFixed(1)},${(bottom - (bottom - top) * Math.exp((-z * z) / 2)).toFixed(1)}`;
  });
  return svg('path', { class: 'glow-kernel', d: `M${points.join('L')}` });
}
