import type { Plane, PlaneDocument, Quantities } from './document';

/** Lowest and highest value an axis shows. */
export type Range = readonly [number, number];

export interface Limits {
  xt: Range;
  ty: Range;
}

/** Room beyond the outermost values, as a share of the range. */
const MARGIN = 0.045;

/**
 * The axes' limits for a plane.
 *
 * They depend on the ceilings and on every plane that any recording has of the same estimator in
 * the same quantities, never on the setting shown: so nothing but the points moves under a slider.
 * Another estimator may need other limits: not all are bounded by the same ceilings.
 */
export function limits(document: PlaneDocument, plane: Plane): Limits {
  const planes = document.recordings.flatMap(recording => recording.planes);
  const alike = planes.filter(other => other.label === plane.label && measuredAlike(other, plane));
  return { xt: axisRange(alike, 'xt'), ty: axisRange(alike, 'ty') };
}

/** Whether two planes show the same quantities in the same units. */
export function measuredAlike(one: Measured, other: Measured): boolean {
  return measured(one) === measured(other);
}

/** What has axes with names and units. */
type Measured = Pick<Quantities, 'axes'>;

function measured({ axes }: Measured): string {
  return JSON.stringify([axes.xt.label, axes.xt.unit, axes.ty.label, axes.ty.unit]);
}

function axisRange(planes: Plane[], axis: 'xt' | 'ty'): Range {
  let low = 0;
  let high = -Infinity;
  const widen = (value: number): void => {
    // Comparisons with NaN are false: missing values widen nothing.
    if (value < low) {
      low = value;
    }
    if (value > high) {
      high = value;
    }
  };
  for (const plane of planes) {
    widen(plane.ceilings[axis] ?? NaN);
    const spread = plane.spread?.[axis];
    plane[axis].forEach((value, i) => {
      widen(value);
      // The band stays in the picture too.
      widen(value + (spread?.[i] ?? NaN));
      widen(value - (spread?.[i] ?? NaN));
    });
  }
  return padded(low, high);
}

/** A range with room around it, and with an extent even if all values are one. */
export function padded(low: number, high: number): Range {
  if (!(high > low)) {
    return [low - 0.5, low + 0.5];
  }
  const room = (high - low) * MARGIN;
  return [low - room, high + room];
}

/**
 * Where each epoch lies between the first (0) and the last (1), in the logarithm of 1 + epoch.
 *
 * @param span The first and the last, where they are not these epochs' own.
 */
export function epochFractions(
  epochs: readonly number[],
  span: Range = [epochs[0], epochs[epochs.length - 1]]
): number[] {
  const first = Math.log1p(span[0]);
  const extent = Math.log1p(span[1]) - first;
  return epochs.map(epoch => (extent > 0 ? (Math.log1p(epoch) - first) / extent : 1));
}

/** A labelled place on the epoch bar. */
export interface EpochTick {
  epoch: number;
  /** Position from 0 to 1, counted in recorded epochs as the slider's handle is. */
  at: number;
}

/**
 * Ticks of the epoch bar: the first and the last epoch, and powers of ten that have room.
 *
 * @param apart Smallest distance between two of them, as a share of the bar.
 */
export function epochTicks(epochs: readonly number[], apart: number): EpochTick[] {
  const last = epochs.length - 1;
  if (last < 1) {
    return epochs.map(epoch => ({ epoch, at: 1 }));
  }
  const ticks = [
    { epoch: epochs[last], at: 1 },
    { epoch: epochs[0], at: 0 }
  ];
  for (let epoch = 1; epoch < epochs[last]; epoch *= 10) {
    const at = indexOfEpoch(epochs, epoch) / last;
    if (ticks.every(other => Math.abs(other.at - at) >= apart)) {
      ticks.push({ epoch, at });
    }
  }
  return ticks.sort((a, b) => a.at - b.at);
}

/** Where an epoch lies among the recorded ones, between two of them if it is not one. */
function indexOfEpoch(epochs: readonly number[], epoch: number): number {
  const after = epochs.findIndex(recorded => recorded >= epoch);
  if (after <= 0) {
    return after;
  }
  const [low, high] = [epochs[after - 1], epochs[after]];
  return after - 1 + (epoch - low) / (high - low);
}
