import { el } from '../dom';
import { formatBytes, formatNumber, messageOf } from '../format';
import type { Json } from '../plane/check';
import { strings } from '../strings';
import { readHeader, RecordedLayer, RecordingHeader } from './recording-header';

/** What lies in the recording's folder. */
export interface FolderSize {
  files: number;
  bytes: number;
}

/** Everything a recording says about itself, as text and tables; a message if it is broken. */
export function describeRecording(
  text: string,
  name: string,
  size: FolderSize | null
): HTMLElement[] {
  let header: RecordingHeader;
  try {
    header = readHeader(text);
  } catch (error) {
    const message = strings.recording.cannotShow(messageOf(error));
    return [el('p', { class: 'glow-problem', text: message, attributes: { role: 'alert' } })];
  }
  return [
    el('h2', { class: 'glow-title', text: strings.recording.title(name) }),
    facts(strings.recording.facts, factsOf(header, size)),
    layerTable(header.layers),
    facts(strings.recording.settings, flatten(header.settings))
  ];
}

type Fact = [name: string, value: string];

function factsOf(header: RecordingHeader, size: FolderSize | null): Fact[] {
  const words = strings.recording;
  const { epochs, runs, settings, seed, keep, created, generator } = header;
  const first = epochs.at(0);
  const samples = settings.samples;
  const made = new Date(created);
  const all: (Fact | null)[] = [
    [
      words.epochs,
      first === undefined ? words.noEpochs : words.epochsValue(epochs.length, first, epochs.at(-1)!)
    ],
    runs ? [words.runs, words.runsValue(runs)] : null,
    typeof samples === 'number' ? [words.samples, formatNumber(samples)] : null,
    seed === null ? null : [words.seed, String(seed)],
    [words.keep, words[keep]],
    [words.created, Number.isNaN(made.getTime()) ? created : made.toLocaleString()],
    [words.generator, generator],
    size ? [words.size, words.sizeValue(formatBytes(size.bytes), size.files)] : null
  ];
  return all.filter(fact => fact !== null);
}

/** Settings inside settings, each on a line of its own: `optimizer.config.learning_rate`. */
function flatten(settings: Json, before = ''): Fact[] {
  return Object.entries(settings).flatMap(([name, value]): Fact[] => {
    const path = before + name;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return flatten(value as Json, `${path}.`);
    }
    return [[path, asWords(value)]];
  });
}

function asWords(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) {
    return strings.explorer.none;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function facts(title: string, list: Fact[]): HTMLElement {
  const rows = list.flatMap(([name, value]) => [
    el('dt', { text: name }),
    el('dd', { text: value })
  ]);
  const section = el(
    'section',
    { class: 'glow-facts' },
    el('h3', { text: title }),
    el('dl', {}, ...rows)
  );
  section.hidden = list.length === 0;
  return section;
}

function layerTable(layers: RecordedLayer[]): HTMLElement {
  const words = strings.recording;
  const noisy = layers.some(({ noise }) => noise !== null);
  const heads = [words.layer, words.units, ...(noisy ? [words.noise] : [])];
  const head = el('tr', {}, ...heads.map(text => el('th', { text, attributes: { scope: 'col' } })));
  const rows = layers.map(({ name, shape, noise }) => {
    const cells = [
      name,
      shape.join(' × '),
      ...(noisy ? [noise === null ? '' : String(noise)] : [])
    ];
    return el('tr', {}, ...cells.map(text => el('td', { text })));
  });
  return el(
    'section',
    { class: 'glow-facts' },
    el('h3', { text: words.layers }),
    el('table', {}, el('thead', {}, head), el('tbody', {}, ...rows))
  );
}
