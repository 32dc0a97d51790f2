import { scaleLinear } from 'd3-scale';

import { el } from './dom';
import { formatNumber } from './format';
import { strings } from './strings';

/** Metrics over the epochs of a training; a value that was not finite is null. */
export interface History {
  epochs: number[];
  values: Record<string, (number | null)[]>;
}

/** How many metrics have curves: the loss and the one after it. The table has all. */
const MOST = 2;
const SVG = 'http://www.w3.org/2000/svg';

/** Read what came from Python; whatever is of another type is left out. */
export function readHistory(value: unknown): History {
  const { epochs, values } = (value ?? {}) as Partial<Record<string, unknown>>;
  const series = Object.entries((values ?? {}) as Record<string, unknown>)
    .filter(([, list]) => Array.isArray(list))
    .map(([name, list]) => [name, (list as unknown[]).map(number)] as const);
  const numbers = Array.isArray(epochs) ? epochs.map(epoch => number(epoch) ?? 0) : [];
  return { epochs: numbers, values: Object.fromEntries(series) };
}

/** Pictures of the curves, which stretch with the page and need no kernel. */
export function drawCurves(history: History): HTMLElement[] {
  return curveNames(history.values).map(name => drawMetric(name, history));
}

/** Which of some metrics have curves; those on the validation data share a picture. */
export function curveNames(metrics: Record<string, unknown>): string[] {
  const names = Object.keys(metrics).map(name => name.replace(/^val_/, ''));
  return [...new Set(names)].slice(0, MOST);
}

function drawMetric(name: string, { epochs, values }: History): HTMLElement {
  const lines = [values[name] ?? [], values[`val_${name}`] ?? []];
  const finite = lines.flat().filter(value => value !== null);
  const x = scaleLinear().domain(spread([epochs[0] ?? 0, epochs.at(-1) ?? 1]));
  const y = scaleLinear()
    .domain(spread(extent(finite)))
    .range([1, 0])
    .nice(4);
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 1 1');
  svg.setAttribute('preserveAspectRatio', 'none');
  y.ticks(4).forEach(tick => svg.append(path(`M0,${y(tick)}H1`, 'glow-curve-grid')));
  lines.forEach((line, i) => {
    const points = line.map((value, k) => (value === null ? null : `${x(epochs[k])},${y(value)}`));
    svg.append(path(joined(points), i ? 'glow-curve glow-curve-validation' : 'glow-curve'));
  });
  const attributes = { role: 'img', 'aria-label': strings.progress.curves(name) };
  const plot = el('div', { class: 'glow-curve-plot', attributes });
  plot.append(svg, ...y.ticks(4).map(tick => label(formatNumber(tick), 'top', y(tick))));
  const last = epochs.at(-1);
  const ticks = x.ticks(4).filter(tick => Number.isInteger(tick) && tick <= (last ?? 0));
  plot.append(...ticks.map(tick => label(formatNumber(tick), 'left', x(tick))));
  plot.append(el('span', { class: 'glow-curve-axis', text: strings.progress.epoch }));
  return el('div', { class: 'glow-curves' }, plot);
}

/** A path through points; a point that is missing makes a gap. */
function joined(points: (string | null)[]): string {
  return points
    .map((point, i) => (point === null ? '' : `${i && points[i - 1] !== null ? 'L' : 'M'}${point}`))
    .join('');
}

function path(d: string, name: string): SVGPathElement {
  const element = document.createElementNS(SVG, 'path');
  element.setAttribute('d', d);
  element.setAttribute('class', name);
  return element;
}

function label(text: string, side: 'top' | 'left', at: number): HTMLElement {
  const element = el('span', { class: `glow-curve-tick glow-curve-${side}`, text });
  element.style.setProperty(side, `${100 * at}%`);
  return element;
}

function extent(values: number[]): [number, number] {
  return values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
}

/** An interval with some length, also around a value that never changed. */
function spread([low, high]: [number, number]): [number, number] {
  const room = low === high ? Math.max(Math.abs(low) * 0.1, 0.5) : 0;
  return [low - room, high + room];
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
