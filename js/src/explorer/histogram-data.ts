import { asCount, asList, asNumber, asObject, asText, DocumentError } from '../plane/check';
import type { Range } from '../plane/scales';

/** One layer's activations at one epoch, all units together. */
export interface Histogram {
  /** Smallest and largest value. */
  ends: Range;
  /** The share of values in each of the equal cells over the layer's range. */
  shares: number[];
}

/** The histograms of a recording, as far as they are known. */
export interface HistogramTable {
  /** By layer, the smallest and largest value over the recording. */
  ranges: Range[];
  /** By epoch, then by layer. */
  byEpoch: Map<number, Histogram[]>;
}

/** Square roots of shares are stored in this many steps. */
const LEVELS = 255;
const MOST_CELLS = 4096;

/**
 * Read a kernel's table of histograms.
 *
 * @throws DocumentError naming place, expectation and finding.
 */
export function readHistograms(value: unknown, where: string): HistogramTable {
  const table = asObject(value, where);
  const ranges = asList(table.ranges, `${where}.ranges`).map((item, i) =>
    readRange(item, `${where}.ranges[${i}]`)
  );
  const epochs = asList(table.epochs, `${where}.epochs`);
  const layers = asList(table.layers, `${where}.layers`);
  const byEpoch = new Map<number, Histogram[]>();
  epochs.forEach((epoch, i) => {
    const at = `${where}.layers[${i}]`;
    const row = asList(layers[i], at).map((item, j) => readHistogram(item, `${at}[${j}]`));
    if (row.length !== ranges.length) {
      throw new DocumentError(at, `${ranges.length} layers`, row.length);
    }
    byEpoch.set(asCount(epoch, `${where}.epochs[${i}]`), row);
  });
  return { ranges, byEpoch };
}

/** Add what one table knows to another; null where there was none. */
export function joined(known: HistogramTable | null, more: HistogramTable): HistogramTable {
  const byEpoch = new Map([...(known?.byEpoch ?? []), ...more.byEpoch]);
  return { ranges: more.ranges, byEpoch };
}

/** The epoch nearest to one among those whose histograms are known; null where none is. */
export function nearestEpoch({ byEpoch }: HistogramTable, epoch: number): number | null {
  let best: number | null = null;
  for (const known of byEpoch.keys()) {
    if (best === null || Math.abs(known - epoch) < Math.abs(best - epoch)) {
      best = known;
    }
  }
  return best;
}

function readHistogram(value: unknown, where: string): Histogram {
  const histogram = asObject(value, where);
  const peak = asNumber(histogram.peak, `${where}.peak`);
  return {
    ends: readRange(histogram.ends, `${where}.ends`),
    shares: readHeights(histogram.heights, `${where}.heights`).map(
      height => peak * (height / LEVELS) ** 2
    )
  };
}

function readRange(value: unknown, where: string): Range {
  const [low, high] = asList(value, where).map((item, i) => asNumber(item, `${where}[${i}]`));
  if (low === undefined || high === undefined || low > high) {
    throw new DocumentError(where, 'a smallest and a largest number', value);
  }
  return [low, high];
}

function readHeights(value: unknown, where: string): number[] {
  const text = asText(value, where);
  if (text.length > MOST_CELLS) {
    throw new DocumentError(where, `at most ${MOST_CELLS} characters`, text.length);
  }
  try {
    return Array.from(atob(text), character => character.charCodeAt(0));
  } catch {
    throw new DocumentError(where, 'base64', text);
  }
}
