import { Curve, type Coordinates } from './curve';
import type { Plane, Slider, Verdicts } from './document';
import { initialValue } from './slider';

/** A setting is a number, a word such as "median", or null for none. */
export type SettingValue = number | string | null;

/** Settings by name. */
export type Settings = Readonly<Record<string, SettingValue>>;

/** An estimator with its sliders, as a host offers it; its curves may be still to come. */
export interface Offer {
  label: string;
  /** Whether it learns from epoch to epoch: it has no curves and is estimated on release. */
  ordered: boolean;
  /** The settings at which curves along the other sliders are kept. */
  settings: Settings;
  sliders: Slider[];
}

/** What is drawn of an estimator: coordinates, and the settings they really belong to. */
export interface Reading extends Coordinates {
  settings: Settings;
  plane: Plane;
  verdicts: Verdicts | null;
}

/**
 * One estimator on one recording: its sliders and the curves kept along each of them.
 *
 * A curve runs along one slider, through the kept values of the others. What has two sliders away
 * from their kept values is on no curve.
 */
export class EstimatorPlanes implements Offer {
  readonly label: string;
  readonly ordered: boolean;
  readonly settings: Settings;
  readonly sliders: Slider[];
  private readonly curves: Curve[];

  constructor(offer: Offer, planes: readonly Plane[]) {
    this.label = offer.label;
    this.ordered = offer.ordered;
    this.settings = offer.settings;
    this.sliders = offer.sliders;
    this.curves = planes.map(plane => new Curve(plane));
  }

  /** Whether nothing of it is there yet. */
  get pending(): boolean {
    return this.curves.length === 0;
  }

  /** The largest error between a slider's kept values; null where none is known. */
  error(slider: string): number | null {
    const along = this.curves.find(({ plane }) => plane.slider?.name === slider);
    return along?.plane.slider?.error ?? null;
  }

  /** The plane with the values kept along a slider; null where there are none. */
  along(slider: string | null): Plane | null {
    const curve = this.curves.find(({ plane }) => plane.slider && plane.slider.name === slider);
    return curve?.plane ?? null;
  }

  /** Whether these settings can be shown as they are. */
  holds(settings: Settings): boolean {
    return this.through(settings).some(curve => curve.holds(valueOn(curve, settings)));
  }

  /**
   * The plane at these settings or, where no curve holds them, at the nearest that one does.
   *
   * @param moved The slider whose curve is followed where several are away from their kept values.
   * @returns null while pending.
   */
  at(settings: Settings, moved: string | null): Reading | null {
    const through = this.through(settings);
    const curve =
      through.find(one => one.holds(valueOn(one, settings))) ??
      through[0] ??
      this.curves.find(({ plane }) => plane.slider?.name === moved) ??
      this.curves[0];
    return curve ? this.read(curve, settings) : null;
  }

  private read(curve: Curve, settings: Settings): Reading {
    const { plane } = curve;
    const { slider } = plane;
    const wanted = valueOn(curve, settings);
    const { value, index, xt, ty, spread } = curve.at(slider ? (wanted ?? slider.default) : null);
    const shown = slider ? { ...this.settings, [slider.name]: value } : this.settings;
    const judged = curve.judged(value);
    return {
      settings: shown,
      plane,
      verdicts: judged && part(plane.verdicts!, judged.index, xt),
      judgedAt: judged && judged.index !== index ? { [slider!.name]: judged.value } : null,
      refused: plane.refused,
      spread,
      xt,
      ty
    };
  }

  /** The curves that these settings lie on, or on the extension of. */
  private through(settings: Settings): Curve[] {
    const away = this.sliders
      .map(({ name }) => name)
      .filter(name => settings[name] !== this.settings[name]);
    return this.curves.filter(curve => {
      const along = curve.plane.slider?.name;
      return (
        away.every(name => name === along) &&
        (along === undefined || valueOn(curve, settings) !== null)
      );
    });
  }
}

function valueOn({ plane }: Curve, settings: Settings): number | null {
  const value = plane.slider ? settings[plane.slider.name] : null;
  return typeof value === 'number' ? value : null;
}

function part(verdicts: Verdicts, index: number, { length }: Float64Array): Verdicts {
  const [from, to] = [index * length, (index + 1) * length];
  return { xt: verdicts.xt.slice(from, to), ty: verdicts.ty.slice(from, to) };
}

/**
 * The estimators of a recording: those offered, in order, then what else there are planes of.
 *
 * Planes of one label and settings, each along another slider, are one estimator's.
 */
export function estimatorsOf(
  planes: readonly Plane[],
  offers: readonly Offer[]
): EstimatorPlanes[] {
  const groups = new Map<string, Plane[]>();
  for (const plane of planes) {
    const label = freeLabel(plane, groups);
    groups.set(label, [...(groups.get(label) ?? []), plane]);
  }
  const offered = offers.map(offer => new EstimatorPlanes(offer, groups.get(offer.label) ?? []));
  offers.forEach(({ label }) => groups.delete(label));
  const others = Array.from(groups, ([label, group]) => foundIn(label, group));
  return [...offered, ...others];
}

/** A plane's label, numbered where planes of that label are another estimator's. */
function freeLabel(plane: Plane, groups: ReadonlyMap<string, Plane[]>): string {
  const belongs = (group: Plane[]): boolean =>
    group.every(other => other.slider?.name !== plane.slider?.name) &&
    JSON.stringify(group[0].settings) === JSON.stringify(plane.settings);
  let label = plane.label;
  for (let n = 2; groups.has(label) && !belongs(groups.get(label)!); n++) {
    label = `${plane.label} (${n})`;
  }
  return label;
}

function foundIn(label: string, planes: readonly Plane[]): EstimatorPlanes {
  const sliders = planes.flatMap(({ slider }) => (slider ? [slider] : []));
  const settings = Object.fromEntries(
    sliders.map(slider => [slider.name, keptValue(slider, planes[0].settings[slider.name])])
  );
  return new EstimatorPlanes({ label, ordered: false, settings, sliders }, planes);
}

/** The setting that curves along other sliders have, as near as the slider's own curve has it. */
function keptValue(slider: Slider, value: unknown): SettingValue {
  if (typeof value === 'number' && Number.isFinite(value)) {
    return initialValue({ ...slider, default: value });
  }
  return typeof value === 'string' || value === null ? value : initialValue(slider);
}
