import type { Plane, Slider, Spread, Verdicts } from './document';
import { NaturalSpline } from './spline';

/** Coordinates of every epoch and layer, row-major (epochs, layers), in the axes' units. */
export interface Coordinates {
  xt: Float64Array;
  ty: Float64Array;
  /** What the estimator says of each point; absent where it was not asked. */
  verdicts?: Verdicts | null;
  /** The setting that was judged, where it is not the one shown but the nearest. */
  judgedAt?: Readonly<Record<string, number>> | null;
  /** Where and why points could not be estimated; absent where all could. */
  refused?: string | null;
  /** One standard deviation of each coordinate; absent where nobody measured it. */
  spread?: Spread | null;
}

/** What a curve shows at one value of its slider. */
export interface CurvePoint extends Coordinates {
  /** The value that is really shown; null for a plane without a slider. */
  value: number | null;
  /** Which of the kept values it is; null between them. */
  index: number | null;
}

/** Index of the entry nearest to `value`; the lower one where two are equally near. */
export function nearestIndex(values: ArrayLike<number>, value: number): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (Math.abs(values[i] - value) < Math.abs(values[best] - value)) {
      best = i;
    }
  }
  return best;
}

/**
 * A plane over its slider: the curve that was kept.
 *
 * Smooth parameters are read from natural cubic splines in log2 of the parameter, others at the
 * nearest kept value. Preparing happens once, here.
 */
export class Curve {
  private readonly splines: { xt: NaturalSpline; ty: NaturalSpline } | null = null;

  /** Which of the kept values were judged; found out once. */
  private judgedNodes: number[] | null = null;

  constructor(readonly plane: Plane) {
    const { slider, xt, ty } = plane;
    if (slider?.smooth) {
      const nodes = slider.values.map(Math.log2);
      this.splines = { xt: new NaturalSpline(nodes, xt), ty: new NaturalSpline(nodes, ty) };
    }
  }

  /** The plane at `value`, or at the nearest value that is kept. */
  at(value: number | null): CurvePoint {
    const { slider, xt, ty, spread } = this.plane;
    if (!slider || value === null) {
      return { value: null, index: 0, xt, ty, spread };
    }
    return this.splines ? this.between(slider, value) : this.kept(slider, value);
  }

  /** Whether `value` can be shown as it is. */
  holds(value: number | null): boolean {
    const { slider } = this.plane;
    if (!slider || value === null) {
      return true;
    }
    const { values } = slider;
    return slider.smooth
      ? value >= values[0] && value <= values[values.length - 1]
      : values.includes(value);
  }

  /** The kept value nearest to `value` whose plane was judged, with its index; null if none was. */
  judged(value: number | null): { index: number; value: number } | null {
    const { slider, verdicts } = this.plane;
    if (!verdicts || !slider || value === null) {
      return verdicts && { index: 0, value: NaN };
    }
    const { values } = slider;
    const place = (each: number): number => (values[0] > 0 ? Math.log2(each) : each);
    const known = (this.judgedNodes ??= nodesWith(verdicts, values.length));
    const near = nearestIndex(
      known.map(i => place(values[i])),
      place(value)
    );
    return known.length ? { index: known[near], value: values[known[near]] } : null;
  }

  private between({ values }: Slider, value: number): CurvePoint {
    const inside = Math.min(Math.max(value, values[0]), values[values.length - 1]);
    const x = Math.log2(inside);
    // A spread is an order of magnitude, not a curve: the nearest kept one will do.
    const spread = this.spreadAt(nearestIndex(values.map(Math.log2), x));
    const { xt, ty } = this.splines!;
    return { value: inside, index: null, xt: xt.at(x), ty: ty.at(x), spread };
  }

  private kept({ values }: Slider, value: number): CurvePoint {
    const { xt, ty } = this.plane;
    const i = nearestIndex(values, value);
    const part = { xt: this.part(xt, i), ty: this.part(ty, i), spread: this.spreadAt(i) };
    return { value: values[i], index: i, ...part };
  }

  private spreadAt(index: number): Spread | null {
    const { spread } = this.plane;
    return (
      spread && {
        xt: this.part(spread.xt, index),
        ty: this.part(spread.ty, index),
        over: spread.over
      }
    );
  }

  /** What belongs to one of the kept values. */
  private part(every: Float64Array, index: number): Float64Array {
    const size = every.length / (this.plane.slider?.values.length ?? 1);
    return every.subarray(index * size, (index + 1) * size);
  }
}

/** Which of `count` equal parts hold any phrase. */
function nodesWith({ xt, ty }: Verdicts, count: number): number[] {
  const size = xt.length / count;
  const said = (i: number): boolean =>
    [xt, ty].some(all => all.slice(i * size, (i + 1) * size).some(phrase => phrase !== null));
  return Array.from({ length: count }, (_, i) => i).filter(said);
}
