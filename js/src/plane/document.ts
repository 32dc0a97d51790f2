import { readArray, readPhrases, Shape } from './array';
import {
  asChoice,
  asCount,
  asFlag,
  asIncreasing,
  asList,
  asNumber,
  asObject,
  asText,
  DocumentError,
  Json,
  optional
} from './check';

export const FORMAT = 'glow.plane';
export const VERSION = 1;

/** Name and unit of one coordinate. */
export interface Axis {
  label: string;
  unit: string;
}

export const SCALES = ['linear', 'log', 'integer'] as const;

/** An estimator's parameter and the values of it for which the plane is kept. */
export interface Slider {
  name: string;
  unit: string;
  scale: (typeof SCALES)[number];
  default: number;
  meaning: string;
  /** Whether the estimate is smooth in it, so that values between the kept ones can be read. */
  smooth: boolean;
  values: number[];
  /** Largest error found between kept values, in the axes' unit; null where it is not known. */
  error: number | null;
}

/** A coordinate pair's names and units, and what its values cannot truly exceed. */
export interface Quantities {
  axes: { xt: Axis; ty: Axis };
  ceilings: { xt: number | null; ty: number | null };
}

/**
 * One estimator's plane, (values or 1, epochs, layers) in row-major order; NaN = missing.
 *
 * Planes of one label are one estimator's: each along another of its sliders, at the others'
 * `settings`.
 */
export interface Plane extends Quantities {
  estimator: string;
  label: string;
  /** How many networks it is the mean of. */
  runs: number;
  settings: Json;
  slider: Slider | null;
  xt: Float64Array;
  ty: Float64Array;
  /** What the estimator says of each point's coordinates; null where it was not asked. */
  verdicts: Verdicts | null;
  /** How uncertain each point's coordinates are; null where nobody measured it. */
  spread: Spread | null;
  /** Where and why the first point was refused; null where none was. */
  refused: string | null;
}

/** One standard deviation of every coordinate, in the order and unit of the coordinates. */
export interface Spread {
  xt: Float64Array;
  ty: Float64Array;
  /** Over what: training runs, or halves of the probe set. */
  over: 'runs' | 'samples';
}

/** A phrase for every point, in the order of the coordinates; null where there is none. */
export interface Verdicts {
  xt: (string | null)[];
  ty: (string | null)[];
}

/** What a network did; its axes and ceilings are those of planes that name none of their own. */
export interface Recording extends Quantities {
  name: string;
  samples: number;
  epochs: number[];
  layers: string[];
  planes: Plane[];
}

export interface PlaneDocument {
  title: string | null;
  generator: string | null;
  recordings: Recording[];
}

/**
 * Read a plane document.
 *
 * Only the keys of the format are read, each checked, so that a document can hold anything and
 * still do no harm.
 *
 * @param value The parsed document, or its JSON text.
 * @throws DocumentError naming place, expectation and finding.
 */
export function readDocument(value: unknown): PlaneDocument {
  const document = asObject(typeof value === 'string' ? parse(value) : value, 'document');
  asChoice(document.format, 'format', [FORMAT]);
  if (document.version !== VERSION) {
    throw new DocumentError('version', `${VERSION} (a newer PyGlow may read it)`, document.version);
  }
  const recordings = asList(document.recordings, 'recordings');
  if (recordings.length === 0) {
    throw new DocumentError('recordings', 'at least one recording', recordings);
  }
  return {
    title: optional(document.title, 'title', asText),
    generator: optional(document.generator, 'generator', asText),
    recordings: recordings.map((item, i) => readRecording(item, `recordings[${i}]`))
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DocumentError('document', 'JSON', text);
  }
}

function readRecording(value: unknown, where: string): Recording {
  const recording = asObject(value, where);
  const epochs = asIncreasing(recording.epochs, `${where}.epochs`, asCount);
  const layers = asList(recording.layers, `${where}.layers`).map((item, i) =>
    asText(item, `${where}.layers[${i}]`)
  );
  const planes = asList(recording.planes, `${where}.planes`);
  if (planes.length === 0) {
    throw new DocumentError(`${where}.planes`, 'at least one plane', planes);
  }
  const quantities: Quantities = {
    ceilings: readCeilings(recording.ceilings, `${where}.ceilings`),
    axes: readAxes(recording.axes, `${where}.axes`)
  };
  return {
    name: asText(recording.name, `${where}.name`),
    samples: asCount(recording.samples, `${where}.samples`, 1),
    epochs,
    layers,
    ...quantities,
    planes: planes.map((item, i) =>
      readPlane(item, `${where}.planes[${i}]`, [epochs.length, layers.length], quantities)
    )
  };
}

function readAxes(value: unknown, where: string): Quantities['axes'] {
  return readPair(value, where, readAxis);
}

function readCeilings(value: unknown, where: string): Quantities['ceilings'] {
  return readPair(value, where, (ceiling, at) => optional(ceiling, at, asNumber));
}

function readPair<T>(
  value: unknown,
  where: string,
  read: (value: unknown, where: string) => T
): { xt: T; ty: T } {
  const pair = asObject(value, where);
  return { xt: read(pair.xt, `${where}.xt`), ty: read(pair.ty, `${where}.ty`) };
}

function readAxis(value: unknown, where: string): Axis {
  const axis = asObject(value, where);
  return {
    label: asText(axis.label, `${where}.label`),
    unit: asText(axis.unit, `${where}.unit`)
  };
}

function readPlane(
  value: unknown,
  where: string,
  [epochs, layers]: readonly [number, number],
  common: Quantities
): Plane {
  const plane = asObject(value, where);
  const slider = optional(plane.slider, `${where}.slider`, readSlider);
  const shape: Shape = [slider ? slider.values.length : 1, epochs, layers];
  return {
    estimator: asText(plane.estimator, `${where}.estimator`),
    label: asText(plane.label, `${where}.label`),
    runs: asCount(plane.runs, `${where}.runs`, 1),
    settings: asObject(plane.settings, `${where}.settings`),
    slider,
    axes: optional(plane.axes, `${where}.axes`, readAxes) ?? common.axes,
    ceilings: optional(plane.ceilings, `${where}.ceilings`, readCeilings) ?? common.ceilings,
    xt: readArray(plane.xt, `${where}.xt`, shape),
    ty: readArray(plane.ty, `${where}.ty`, shape),
    verdicts: optional(plane.verdicts, `${where}.verdicts`, (item, at) =>
      readVerdicts(item, at, shape)
    ),
    refused: optional(plane.refused, `${where}.refused`, asText),
    spread: optional(plane.diagnostics, `${where}.diagnostics`, (item, at) =>
      readSpread(item, at, shape)
    )
  };
}

/** The diagnostics that say how uncertain a point is, the widest cause first. */
const SPREADS = [
  { over: 'runs', suffix: 'run_std' },
  { over: 'samples', suffix: 'sampling_error' }
] as const;

/** The spread of both coordinates over runs or else over samples, if any point has one. */
function readSpread(value: unknown, where: string, shape: Shape): Spread | null {
  const diagnostics = asObject(value, where);
  const read = (name: string): Float64Array | null =>
    optional(diagnostics[name], `${where}.${name}`, (item, at) => readArray(item, at, shape));
  for (const { over, suffix } of SPREADS) {
    const [xt, ty] = [read(`xt_${suffix}`), read(`ty_${suffix}`)];
    if (xt && ty && xt.some(Number.isFinite)) {
      return { xt, ty, over };
    }
  }
  return null;
}

/** Verdicts on both coordinates, or on none. */
export function readVerdicts(value: unknown, where: string, shape: Shape): Verdicts | null {
  const { xt, ty } = asObject(value, where);
  return xt === undefined && ty === undefined
    ? null
    : {
        xt: readPhrases(xt, `${where}.xt`, shape),
        ty: readPhrases(ty, `${where}.ty`, shape)
      };
}

/** Read a slider's declaration with its kept values. */
export function readSlider(value: unknown, where: string): Slider {
  const slider = asObject(value, where);
  const scale = asChoice(slider.scale, `${where}.scale`, SCALES);
  return {
    name: asText(slider.name, `${where}.name`),
    unit: asText(slider.unit, `${where}.unit`),
    scale,
    default: asNumber(slider.default, `${where}.default`),
    meaning: asText(slider.meaning, `${where}.meaning`),
    smooth: asFlag(slider.smooth, `${where}.smooth`),
    values: readValues(slider.values, `${where}.values`, scale === 'log' || slider.smooth === true),
    error: optional(slider.error, `${where}.error`, asNumber)
  };
}

function readValues(value: unknown, where: string, positive: boolean): number[] {
  const values = asIncreasing(value, where, asNumber);
  if (values.length === 0) {
    throw new DocumentError(where, 'at least one kept value', values);
  }
  // Log scales and splines work in the logarithm of the parameter.
  if (positive && values[0] <= 0) {
    throw new DocumentError(`${where}[0]`, 'a number above 0', values[0]);
  }
  return values;
}
