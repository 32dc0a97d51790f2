import {
  asChoice,
  asCount,
  asIncreasing,
  asList,
  asNumber,
  asObject,
  asText,
  DocumentError,
  Json,
  optional
} from '../plane/check';

/** One recorded layer. */
export interface RecordedLayer {
  name: string;
  /** Of one sample's activation. */
  shape: number[];
  /** Standard deviation of the noise the layer declares; null if none. */
  noise: number | null;
}

/** What `recording.json` says of a recording, as far as it is shown. */
export interface RecordingHeader {
  generator: string;
  created: string;
  keep: 'weights' | 'activations';
  layers: RecordedLayer[];
  /** Networks trained side by side; null for one. */
  runs: number | null;
  epochs: number[];
  settings: Json;
  seed: number | null;
}

/** The version this reader knows; glow/dynamics/_header.py writes it. */
const VERSION = 1;

/** Read the text of `recording.json`; throws a DocumentError that says what is wrong with it. */
export function readHeader(text: string): RecordingHeader {
  const header = asObject(parse(text), 'recording.json');
  asChoice(header.format, 'format', ['glow.recording']);
  if (header.version !== VERSION) {
    throw new DocumentError('version', `${VERSION} (a newer PyGlow may read it)`, header.version);
  }
  const layers = asList(header.layers, 'layers');
  return {
    generator: asText(header.generator, 'generator'),
    created: asText(header.created, 'created'),
    keep: asChoice(header.keep, 'keep', ['weights', 'activations']),
    layers: layers.map((layer, i) => readLayer(layer, `layers[${i}]`)),
    runs: optional(header.runs, 'runs', (runs, at) => asCount(runs, at, 1)),
    epochs: asIncreasing(header.epochs, 'epochs', asCount),
    settings: optional(header.settings, 'settings', asObject) ?? {},
    seed: optional(header.seed, 'seed', asNumber)
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DocumentError('recording.json', 'JSON', text);
  }
}

function readLayer(value: unknown, where: string): RecordedLayer {
  const layer = asObject(value, where);
  const shape = asList(layer.shape, `${where}.shape`);
  return {
    name: asText(layer.name, `${where}.name`),
    shape: shape.map((size, i) => asCount(size, `${where}.shape[${i}]`, 1)),
    noise: optional(layer.noise, `${where}.noise`, asNumber)
  };
}
