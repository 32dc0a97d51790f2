import { scaleLinear, type ScaleLinear } from 'd3-scale';

import { formatNumber, truncate } from '../format';
import type { Slider } from '../plane/document';
import { traceMarker } from '../plane/markers';
import { PathData } from '../plane/svg';
import { strings } from '../strings';
import { compresses, type Loss } from './compression';
import { placeOf } from './place';
import { svg } from './svg';

/** What the frame is made for. */
export interface Framed {
  slider: Slider;
  layers: readonly string[];
  losses: readonly (readonly Loss[])[];
  unit: string;
}

const HEIGHT = 216;
const MARGIN = { left: 46, right: 92, top: 12, bottom: 38 };
const LABEL_GAP = 14;
const LABEL_LENGTH = 12;
const MOST_TICKS = 7;
/** Pixels between two labels' middles, at the least. */
const TICKS_APART = 28;
/** Smaller losses mean nothing: the axis reaches at least this far, in bits. */
const LEAST_TOP = 0.1;
/** How many colours layers take turns with (see explorer.css). */
const COLOURS = 8;

/** Places of settings and losses in the chart, in CSS pixels. */
export class SensitivityFrame {
  readonly height = HEIGHT;
  readonly y: ScaleLinear<number, number>;
  private readonly x: ScaleLinear<number, number>;
  private readonly slider: Slider;

  constructor(
    { slider, losses, unit }: Framed,
    readonly width: number
  ) {
    const places = slider.values.map(value => placeOf(slider, value));
    const [low, high] = [places[0], places[places.length - 1]];
    const known = losses.flat().map(({ lost }) => (Number.isFinite(lost) ? lost : 0));
    const top = Math.max(unit === 'bits' ? LEAST_TOP : 1e-9, ...known);
    this.slider = slider;
    // A single value still needs an axis.
    this.x = scaleLinear(low < high ? [low, high] : [low - 1, high + 1], [
      MARGIN.left,
      width - MARGIN.right
    ]);
    this.y = scaleLinear([0, top * 1.06], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  }

  at(value: number): number {
    return this.x(placeOf(this.slider, value));
  }

  /** The place on the slider at a horizontal position. */
  placeAt(x: number): number {
    return this.x.invert(x);
  }

  upright(value: number): Record<string, number> {
    const x = this.at(value);
    return { x1: x, x2: x, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom };
  }

  /** A rectangle over a range of settings; a single one is made wide enough to be seen. */
  band(from: number, to: number): Record<string, number> {
    const [left, right] = [this.at(from) - 3, this.at(to) + 3];
    const [y, height] = [MARGIN.top, HEIGHT - MARGIN.bottom - MARGIN.top];
    return { x: left, y, width: right - left, height };
  }
}

/** Axes, one line a layer, and the layers' names where the lines end. */
export function drawLines(frame: SensitivityFrame, content: Framed): SVGElement[] {
  return [...drawAxes(frame, content), ...drawLayers(frame, content)];
}

function drawAxes(frame: SensitivityFrame, { slider, unit }: Framed): SVGElement[] {
  const { width, y } = frame;
  const [bottom, right] = [HEIGHT - MARGIN.bottom, width - MARGIN.right];
  const across = y
    .ticks(5)
    .flatMap(value => [
      svg('line', { class: 'glow-grid', x1: MARGIN.left, x2: right, y1: y(value), y2: y(value) }),
      svg(
        'text',
        { x: MARGIN.left - 6, y: y(value) + 4, 'text-anchor': 'end' },
        formatNumber(value)
      )
    ]);
  const along = withRoom(settingTicks(slider), value => frame.at(value)).map(value =>
    svg(
      'text',
      { x: frame.at(value), y: bottom + 16, 'text-anchor': 'middle' },
      formatNumber(value)
    )
  );
  const middle = (MARGIN.left + right) / 2;
  const name = strings.plane.axis(slider.name, slider.unit);
  const title = strings.explorer.sensitivity.axis(unit);
  const turned = `translate(11, ${(MARGIN.top + bottom) / 2}) rotate(-90)`;
  return [
    ...across,
    ...along,
    svg('line', { class: 'glow-axis', x1: MARGIN.left, x2: right, y1: bottom, y2: bottom }),
    svg('text', { class: 'glow-axis-name', x: middle, y: HEIGHT - 4 }, name),
    svg('text', { class: 'glow-axis-name', transform: turned }, title)
  ];
}

/** Of ticks in order, those whose label does not run into the one before. */
function withRoom(ticks: readonly number[], at: (tick: number) => number): number[] {
  const kept: number[] = [];
  for (const tick of ticks) {
    if (!kept.length || Math.abs(at(tick) - at(kept[kept.length - 1])) >= TICKS_APART) {
      kept.push(tick);
    }
  }
  return kept;
}

/** Round settings within the kept ones, few enough to be read. */
export function settingTicks({ values, scale }: Slider): number[] {
  const [low, high] = [values[0], values[values.length - 1]];
  if (scale === 'linear' || low <= 0) {
    return scaleLinear([low, high], [0, 1]).ticks(MOST_TICKS - 1);
  }
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high / low)) + 2 },
    (_, i) => Math.floor(Math.log10(low)) + i
  );
  const within = (steps: number[]): number[] =>
    decades
      .flatMap(decade => steps.map(step => step * Math.pow(10, decade)))
      .filter(value => value >= low * 0.999 && value <= high * 1.001)
      .map(value => Number(value.toPrecision(1)));
  const ticks = [[1, 2, 5], [1, 3], [1]].map(within).find(all => all.length <= MOST_TICKS);
  const few = ticks ?? within([1]).filter((_, i, all) => i % Math.ceil(all.length / 6) === 0);
  return few.length > 1 ? few : [low, high];
}

function drawLayers(frame: SensitivityFrame, { slider, layers, losses }: Framed): SVGElement[] {
  const heights = layers.map((_, layer) => frame.y(lastKnown(losses, layer)));
  const spread = spreadDown(heights, LABEL_GAP, HEIGHT - MARGIN.bottom);
  const edge = frame.width - MARGIN.right;
  return layers.flatMap((name, layer) => {
    const colour = `glow-layer-${layer % COLOURS}`;
    const [thin, bold] = paths(frame, slider, losses, layer);
    const marker = new PathData();
    traceMarker(marker, layer, 3.6, edge + 11, spread[layer]);
    const label = svg('text', { x: edge + 19, y: spread[layer] + 4 }, truncate(name, LABEL_LENGTH));
    return [
      svg('path', { class: `glow-line ${colour}`, d: thin }),
      svg('path', { class: `glow-line glow-line-holds ${colour}`, d: bold }),
      svg('path', { class: `glow-line-marker ${colour}`, d: marker.toString() }),
      label
    ];
  });
}

/** A layer's line as a whole, and the parts of it between settings at which it compresses. */
function paths(
  frame: SensitivityFrame,
  { values }: Slider,
  losses: Framed['losses'],
  layer: number
): [string, string] {
  let [thin, bold] = ['', ''];
  for (let i = 1; i < values.length; i++) {
    const [from, to] = [losses[i - 1][layer], losses[i][layer]];
    if (Number.isFinite(from.lost) && Number.isFinite(to.lost)) {
      const step = [i - 1, i].map(
        j => `${frame.at(values[j]).toFixed(1)},${frame.y(losses[j][layer].lost).toFixed(1)}`
      );
      const segment = `M${step[0]}L${step[1]}`;
      thin += segment;
      bold += compresses(from) && compresses(to) ? segment : '';
    }
  }
  return [thin, bold];
}

function lastKnown(losses: Framed['losses'], layer: number): number {
  const known = losses.map(row => row[layer].lost).filter(Number.isFinite);
  return known.length ? known[known.length - 1] : 0;
}

/** Heights moved apart as little as needed, none below the floor. */
export function spreadDown(heights: readonly number[], gap: number, floor: number): number[] {
  const placed = [...heights];
  const order = heights.map((_, i) => i).sort((a, b) => heights[b] - heights[a]);
  let lowest = floor;
  for (const i of order) {
    placed[i] = Math.min(placed[i], lowest);
    lowest = placed[i] - gap;
  }
  return placed;
}
