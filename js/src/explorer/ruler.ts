import type { Range } from '../plane/scales';

/** What an estimator lays over a layer's activations. */
export type Ruler =
  { kind: 'cells'; edges: number[]; width: number | null } | { kind: 'kernel'; deviation: number };

/** The ranges that cells may span. */
export interface Spans {
  /** Of all layers over the recording. */
  global: Range;
  /** Of the layer over the recording. */
  layer: Range;
  /** Of the layer at the epoch. */
  snapshot: Range;
}

type Settings = Record<string, unknown>;

/** By registered name; other estimators look at whole vectors, not at single units. */
const RULERS: Record<string, (settings: Settings, spans: Spans) => Ruler | null> = {
  binned: binnedRuler,
  quantised: ({ bits }, { snapshot }) => equalCells(snapshot, Math.pow(2, Number(bits))),
  kde: ({ variance }) => kernel(Math.sqrt(Number(variance))),
  'sample-propagation': ({ noise }) => kernel(Number(noise))
};

/** More edges than this cannot be told apart, and are not worth making. */
const MOST_EDGES = 4096;

/**
 * The cells or the kernel of an estimator at some settings; null where it has none in a single
 * unit.
 */
export function rulerOf(estimator: string, settings: Settings, spans: Spans): Ruler | null {
  return RULERS[estimator]?.(settings, spans) ?? null;
}

function binnedRuler({ edges, width, bins, range }: Settings, spans: Spans): Ruler | null {
  if (Array.isArray(edges)) {
    return { kind: 'cells', edges: edges.map(Number), width: null };
  }
  if (typeof width === 'number') {
    return widths(spans.layer, width);
  }
  const span = Array.isArray(range) ? range.map(Number) : spans[range as keyof Spans];
  return span ? equalCells([span[0], span[1]], Number(bins)) : null;
}

function equalCells([low, high]: Range, count: number): Ruler | null {
  if (!(count >= 1 && count < MOST_EDGES && high > low)) {
    return null;
  }
  const width = (high - low) / count;
  const edges = Array.from({ length: count + 1 }, (_, i) => low + i * width);
  return { kind: 'cells', edges, width };
}

/** Cells floor(t / width), those that the range meets. */
function widths([low, high]: Range, width: number): Ruler | null {
  const first = Math.floor(low / width);
  const count = Math.ceil(high / width) - first;
  if (!(width > 0 && count < MOST_EDGES)) {
    return null;
  }
  const edges = Array.from({ length: Math.max(count, 1) + 1 }, (_, i) => (first + i) * width);
  return { kind: 'cells', edges, width };
}

function kernel(deviation: number): Ruler | null {
  return deviation > 0 ? { kind: 'kernel', deviation } : null;
}
