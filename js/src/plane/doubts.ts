import { formatNumber, settingsInWords } from '../format';
import { strings } from '../strings';
import type { Coordinates } from './curve';
import type { Recording } from './document';
import { isPresent } from './points';

/** The verdict on a point against which nothing speaks. */
export const RELIABLE = 'reliable';

const REFUSED = 'refused: ';

/** Why an estimator gave no value, if that is what a verdict says; empty for any other. */
export function refusalIn(verdict: string | null | undefined): string {
  return verdict?.startsWith(REFUSED) ? verdict.slice(REFUSED.length).replace(/\.$/, '') : '';
}

/** Bits by which an estimate may pass a bound before it counts: two decimals are noise. */
const TOLERANCE = 0.05;

/** What can speak against one coordinate of a point, as bits of a mask. */
const VERDICT = 1;
const CEILING = 2;
const ORDER = 4;
/** The vertical coordinate's bits follow the horizontal one's. */
const SHIFT = { xt: 0, ty: 3 };
const AXES = ['xt', 'ty'] as const;
type AxisName = (typeof AXES)[number];

/** How many points are marked, and for what; a point may count for several reasons. */
export interface DoubtCount {
  points: number;
  ceiling: number;
  order: number;
  verdict: number;
}

/**
 * What speaks against the points of a plane: the estimator's verdicts, a ceiling that is passed, and
 * the data processing inequality (no layer can hold more than one before it).
 */
export class Doubts {
  private readonly mask: Uint8Array;

  constructor(
    private readonly recording: Recording,
    private readonly coordinates: Coordinates
  ) {
    this.mask = new Uint8Array(coordinates.xt.length);
    AXES.forEach(axis => this.judge(axis));
  }

  /** Whether anything speaks against a point. */
  has(i: number): boolean {
    return this.mask[i] > 0;
  }

  /** Why a point cannot be taken at face value, in words; empty where nothing speaks against it. */
  at(i: number): string[] {
    return AXES.flatMap(axis => {
      const bits = this.mask[i] >> SHIFT[axis];
      const { label, unit } = this.recording.axes[axis];
      const limit = this.recording.ceilings[axis] ?? NaN;
      const ceiling = strings.plane.ceilings[axis];
      return [
        bits & VERDICT ? strings.plane.doubt(label, this.verdict(axis, i), this.judgedAt) : '',
        bits & CEILING ? strings.plane.aboveCeiling(label, ceiling(formatNumber(limit)), unit) : '',
        bits & ORDER ? strings.plane.outOfOrder(label, this.before(axis, i)) : ''
      ].filter(Boolean);
    });
  }

  /** That nothing speaks against a point, or that nobody asked; in words, if not {@link at}. */
  trust(i: number): string {
    const { verdicts } = this.coordinates;
    const said = AXES.every(axis => typeof verdicts?.[axis][i] === 'string');
    if (this.has(i)) {
      return '';
    }
    return said ? strings.plane.trusted(this.judgedAt) : strings.plane.unjudged;
  }

  /**
   * Count the marked points up to an epoch, by its index.
   *
   * @param visible Which layers count; all of them if it is left out.
   */
  count(upto: number, visible?: readonly boolean[]): DoubtCount {
    const count: DoubtCount = { points: 0, ceiling: 0, order: 0, verdict: 0 };
    const layers = this.recording.layers.length;
    const until = this.mask.subarray(0, (upto + 1) * layers);
    const drawn = visible ? until.filter((_, i) => visible[i % layers]) : until;
    drawn.forEach(bits => {
      const any = (bits >> SHIFT.ty) | bits;
      count.points += bits ? 1 : 0;
      count.verdict += any & VERDICT ? 1 : 0;
      count.ceiling += any & CEILING ? 1 : 0;
      count.order += any & ORDER ? 1 : 0;
    });
    return count;
  }

  /** The setting that was judged, where another one is shown; else empty. */
  private get judgedAt(): string {
    return settingsInWords(this.coordinates.judgedAt ?? {});
  }

  private judge(axis: AxisName): void {
    const { axes, ceilings, layers } = this.recording;
    const values = this.coordinates[axis];
    const ceiling = ceilings[axis] ?? Infinity;
    // Only information obeys the inequality; other measures have no bits.
    const ordered = axes[axis].unit === 'bits';
    let least = Infinity;
    for (let i = 0; i < values.length; i++) {
      least = i % layers.length ? least : Infinity;
      if (!isPresent(this.coordinates, i)) {
        continue;
      }
      const bits =
        (this.verdict(axis, i) === RELIABLE ? 0 : VERDICT) |
        (values[i] > ceiling + TOLERANCE ? CEILING : 0) |
        (ordered && values[i] > least + TOLERANCE ? ORDER : 0);
      this.mask[i] |= bits << SHIFT[axis];
      least = Math.min(least, values[i]);
    }
  }

  private verdict(axis: AxisName, i: number): string {
    return this.coordinates.verdicts?.[axis][i] ?? RELIABLE;
  }

  /** The earlier layer with the least of a coordinate at a point's epoch. */
  private before(axis: AxisName, i: number): string {
    const { layers } = this.recording;
    const values = this.coordinates[axis];
    let least = i - (i % layers.length);
    for (let j = least; j < i; j++) {
      least = values[j] < values[least] || !isPresent(this.coordinates, least) ? j : least;
    }
    return layers[least % layers.length];
  }
}
