import type { TranslationBundle } from '@jupyterlab/translation';

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
  size: FolderSize | null,
  words: TranslationBundle
): HTMLElement[] {
  let header: RecordingHeader;
  try {
    header = readHeader(text);
  } catch (error) {
    const message = words.__(strings.recording.cannotShow, messageOf(error));
    return [el('p', { class: 'glow-problem', text: message, attributes: { role: 'alert' } })];
  }
  return [
    el('h2', { class: 'glow-title', text: words.__(strings.recording.title, name) }),
    facts(words.__(strings.recording.facts), factsOf(header, size, words)),
    layerTable(header.layers, words),
    facts(words.__(strings.recording.settings), flatten(header.settings, words))
  ];
}

type Fact = [name: string, value: string];

function factsOf(
  header: RecordingHeader,
  size: FolderSize | null,
  words: TranslationBundle
): Fact[] {
  const names = strings.recording;
  const { epochs, runs, settings, seed, keep, created, generator } = header;
  const samples = settings.samples;
  const made = new Date(created);
  const all: (Fact | null)[] = [
    [names.epochs, epochsText(epochs, words)],
    runs ? [names.runs, words.__(names.runsValue, runs)] : null,
    typeof samples === 'number' ? [names.samples, formatNumber(samples)] : null,
    seed === null ? null : [names.seed, String(seed)],
    [names.keep, words.__(names[keep])],
    [names.created, Number.isNaN(made.getTime()) ? created : made.toLocaleString()],
    [names.generator, generator],
    size ? [names.size, sizeText(size, words)] : null
  ];
  return all.filter(fact => fact !== null).map(([name, value]): Fact => [words.__(name), value]);
}

function epochsText(epochs: number[], words: TranslationBundle): string {
  const { noEpochs, epochsOne, epochsMany } = strings.recording;
  return epochs.length
    ? words._n(epochsOne, epochsMany, epochs.length, epochs[0], epochs.at(-1)!)
    : words.__(noEpochs);
}

function sizeText({ files, bytes }: FolderSize, words: TranslationBundle): string {
  const { sizeOne, sizeMany } = strings.recording;
  return words._n(sizeOne, sizeMany, files, formatBytes(bytes));
}

/** Settings inside settings, each on a line of its own: `optimizer.config.learning_rate`. */
function flatten(settings: Json, words: TranslationBundle, before = ''): Fact[] {
  return Object.entries(settings).flatMap(([name, value]): Fact[] => {
    const path = before + name;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return flatten(value as Json, words, `${path}.`);
    }
    return [[path, asText(value, words)]];
  });
}

function asText(value: unknown, words: TranslationBundle): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) {
    return words.__(strings.recording.none);
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

function layerTable(layers: RecordedLayer[], words: TranslationBundle): HTMLElement {
  const names = strings.recording;
  const noisy = layers.some(({ noise }) => noise !== null);
  const heads = [names.layer, names.units, ...(noisy ? [names.noise] : [])];
  const head = el(
    'tr',
    {},
    ...heads.map(name => el('th', { text: words.__(name), attributes: { scope: 'col' } }))
  );
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
    el('h3', { text: words.__(names.layers) }),
    el('table', {}, el('thead', {}, head), el('tbody', {}, ...rows))
  );
}
