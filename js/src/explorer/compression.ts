/**
 * How much each layer compresses, by the definition of `glow.dynamics.phases` for one trajectory.
 *
 * A document holds the mean over runs, so what is said here is what `phases` says of that mean: the
 * loss, whether it is more than noise shows, and whether the peak is known at all. An interval over
 * runs needs the runs themselves.
 */

/** What one layer's trajectory shows of compression, in the unit of I(X;T). */
export interface Loss {
  /** Peak minus last; NaN with fewer than three epochs. */
  lost: number;
  /** The loss that noise around a constant would show. */
  flatNoise: number;
  /** The smallest loss worth a name. */
  least: number;
  /** Whether the peak stands on the ceiling, so that neither it nor the loss is known. */
  atCeiling: boolean;
}

/** A trajectory this far below log2 N, in bits, stands on it. */
const CEILING_TOLERANCE = 0.05;
const FEWEST_EPOCHS = 3;
/** Losses of fewer bits are not named, however quiet the trajectory. */
const LEAST_BITS = 0.1;
/** How many epochs a saved document keeps at most. */
const MOST_EPOCHS = 60;
/** From the median of absolute values to the deviation of normal ones. */
const MEDIAN_TO_DEVIATION = 1.4826;

/**
 * The loss of one layer.
 *
 * @param xt I(X;T) by epoch; missing epochs are left out.
 * @param ceiling What I(X;T) cannot exceed; null where nothing is known to.
 * @param unit Of I(X;T).
 */
export function lossOf(xt: readonly number[], ceiling: number | null, unit: string): Loss {
  const known = xt.filter(Number.isFinite);
  const least = unit === 'bits' ? LEAST_BITS : 0;
  if (known.length < FEWEST_EPOCHS) {
    return { lost: NaN, flatNoise: NaN, least, atCeiling: false };
  }
  const peak = Math.max(...known);
  return {
    lost: peak - known[known.length - 1],
    flatNoise: flatNoiseLoss(known),
    least,
    atCeiling: ceiling !== null && peak > ceiling - CEILING_TOLERANCE
  };
}

/** Whether a layer can be said to compress. */
export function compresses({ lost, flatNoise, least, atCeiling }: Loss): boolean {
  return !atCeiling && lost > Math.max(flatNoise, least);
}

/**
 * The losses of every layer in one plane.
 *
 * They are judged on the epochs that a saved document keeps: on others noise and peak would differ,
 * and the same setting would be judged otherwise live than saved.
 *
 * @param xt (epochs, layers), row-major.
 */
export function lossesIn(
  xt: Float64Array,
  layers: number,
  ceiling: number | null,
  unit: string
): Loss[] {
  const epochs = judgedEpochs(xt.length / layers);
  return Array.from({ length: layers }, (_, layer) =>
    lossOf(
      epochs.map(epoch => xt[epoch * layers + layer]),
      ceiling,
      unit
    )
  );
}

/** Every epoch, or every second, fourth and so on with the last; see `coarse` in Python. */
export function judgedEpochs(count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  let [found, stride] = [all, 1];
  while (found.length > MOST_EPOCHS) {
    stride *= 2;
    found = all.filter(i => i % stride === 0 || i === count - 1);
  }
  return found;
}

/** Where the layers that compress at one setting still do, as indices of kept values. */
export interface Survival {
  layers: number[];
  from: number;
  to: number;
}

/**
 * How far the claim read off one setting survives the others.
 *
 * @param at Index of the setting.
 * @returns The layers that compress there, and the range around it in which all of them do; null
 *   where none does.
 */
export function survival(losses: readonly (readonly Loss[])[], at: number): Survival | null {
  const layers = losses[at].flatMap((loss, layer) => (compresses(loss) ? [layer] : []));
  const holds = (i: number): boolean => layers.every(layer => compresses(losses[i][layer]));
  if (layers.length === 0) {
    return null;
  }
  let [from, to] = [at, at];
  while (from > 0 && holds(from - 1)) {
    from--;
  }
  while (to < losses.length - 1 && holds(to + 1)) {
    to++;
  }
  return { layers, from, to };
}

/** The peak-minus-last loss of noise around a constant; see `flat_noise_loss` in Python. */
function flatNoiseLoss(xt: readonly number[]): number {
  const bends = xt.slice(2).map((value, i) => Math.abs(value - 2 * xt[i + 1] + xt[i]));
  // Second differences of independent noise have 1 + 4 + 1 times its variance.
  const noise = (median(bends) * MEDIAN_TO_DEVIATION) / Math.sqrt(6);
  // The largest of n normal deviates is expected near this quantile (Blom 1958).
  return noise * normalQuantile((xt.length - 0.375) / (xt.length + 0.25));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The standard normal's quantile for shares from a half to below 1, to 4.5e-4 (Abramowitz and
 * Stegun 26.2.23).
 */
function normalQuantile(share: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - share));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  return t - above / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
