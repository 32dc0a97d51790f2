import { EMPTY, type Catalogue, type Extras, type Preset } from './catalogue';
import { formatSetting } from '../format';
import { joined, type HistogramTable } from './histogram-data';
import { readArray, Shape } from '../plane/array';
import { asObject, type Json } from '../plane/check';
import { readVerdicts } from '../plane/document';
import type { Plane, PlaneDocument, Recording, Verdicts } from '../plane/document';
import { EstimatorPlanes, estimatorsOf, type Reading, type Settings } from '../plane/estimator';
import type { SettingValue } from '../plane/estimator';
import { limits, Limits, measuredAlike } from '../plane/scales';
import { strings } from '../strings';

/** What is shown, by name: documents and catalogues may change under it. */
export interface Selection {
  recording: string;
  estimator: string;
  /** The estimator's numeric settings; empty where it has no slider. */
  settings: Settings;
  /** The slider that was moved last; null before any was. */
  slider: string | null;
  /** Whether the other recordings stand beside the selected one. */
  beside?: boolean;
}

/** A plane that no kept curve holds, asked of a host with a kernel. */
export interface ExactRequest extends Selection {
  serial: number;
}

/** A plane with all that a picture of it says. */
export interface Shown {
  selection: Selection;
  /** The recording, with the axes and ceilings of this plane. */
  recording: Recording;
  reading: Reading;
  limits: Limits;
  /** Recording and setting in words. */
  heading: string;
}

/** A kernel's plane at some setting, perhaps with epochs still to come. */
interface Answer {
  reading: Reading;
  complete: boolean;
}

/** Serials are unique in the page: two views of one widget hear each other's answers. */
let lastSerial = 0;

/** How many exact planes are remembered. */
const REMEMBERED = 64;

/**
 * The explorer without its elements: what is selected, what came before, what was asked for.
 *
 * The last wish always wins: an answer counts only while its request is the latest thing the
 * reader did.
 */
export class ExplorerState {
  /** Whether values that are not kept can be had from a kernel. */
  exact = false;
  private document: PlaneDocument | null = null;
  private catalogue: Catalogue = EMPTY;
  private saved: Extras = EMPTY;
  /** Whether the other recordings stand beside the selected one. */
  beside = false;
  private current: Selection = { recording: '', estimator: '', settings: {}, slider: null };
  private previous: Selection | null = null;
  private inHand = false;
  private pending: ExactRequest | null = null;
  private back: string[] = [];
  private last: Shown | null = null;
  private readonly values = new Map<string, Selection>();
  private readonly answers = new Map<string, Answer>();
  private readonly ranges = new Map<string, Limits>();
  private readonly judged = new Map<string, Verdicts>();
  private readonly counted = new Map<string, HistogramTable>();
  private readonly lists = new Map<string, EstimatorPlanes[]>();

  /** A copy of what is selected. */
  get selection(): Selection {
    return this.beside ? { ...this.current, beside: true } : { ...this.current };
  }

  /** The names of the recordings. */
  get recordings(): string[] {
    const found = this.document?.recordings.map(({ name }) => name) ?? [];
    return [...new Set([...this.catalogue.recordings, ...found])];
  }

  /** The estimators of the selected recording. */
  get estimators(): EstimatorPlanes[] {
    return this.estimatorsOn(this.current.recording);
  }

  /** The selected estimator; null before there is any. */
  get estimator(): EstimatorPlanes | null {
    return this.find(this.current);
  }

  /** The papers whose settings can be shown here. */
  get presets(): Preset[] {
    const { presets } = this.catalogue.presets.length ? this.catalogue : this.saved;
    const labels = this.estimators.filter(({ pending }) => this.exact || !pending);
    return presets.filter(
      ({ estimator, settings }) =>
        this.problem(estimator) === '' &&
        labels.some(one => one.label === estimator && (this.exact || one.holds(settings)))
    );
  }

  /** The paper whose settings are selected. */
  get preset(): Preset | null {
    const { estimator, settings } = this.current;
    const same = (preset: Preset): boolean =>
      preset.estimator === estimator &&
      Object.entries(preset.settings).every(([name, value]) => settings[name] === value);
    return this.presets.find(same) ?? null;
  }

  /** Where the selected recording lies; null where that is not known. */
  get source(): string | null {
    const { recording } = this.current;
    return this.catalogue.sources[recording] ?? this.saved.sources[recording] ?? null;
  }

  /** The histograms that are known of a recording; null where none are. */
  histograms(recording: string): HistogramTable | null {
    return this.counted.get(recording) ?? this.saved.histograms[recording] ?? null;
  }

  /** Take histograms of more epochs. */
  addHistograms(recording: string, table: HistogramTable): void {
    this.counted.set(recording, joined(this.histograms(recording), table));
  }

  /**
   * Take what an estimator says of its plane at some settings.
   *
   * @throws DocumentError where it does not fit the document.
   */
  addVerdicts(message: unknown): void {
    const { verdicts, ...asked } = asObject(message, 'answer');
    const recording = isSelection(asked) ? this.recordingOf(asked.recording) : undefined;
    if (recording && isSelection(asked)) {
      const shape: Shape = [1, recording.epochs.length, recording.layers.length];
      const read = readVerdicts(verdicts, 'answer.verdicts', shape);
      if (read) {
        this.judged.set(key(asked), read);
      }
    }
  }

  /** The plane of the selected estimator on another recording; null where there is none yet. */
  shownOn(recording: string): Shown | null {
    return this.show({ ...this.current, recording });
  }

  get generator(): string | null {
    return this.document?.generator ?? null;
  }

  /** Whether the selected estimator's first plane is still to come. */
  get waiting(): boolean {
    return this.read(this.current) === null;
  }

  /** Why an estimator does not suit the selected recording; empty if it does. */
  problem(label: string = this.current.estimator): string {
    return this.catalogue.problems[this.current.recording]?.[label] ?? '';
  }

  /** What is drawn: the selection's plane or, while that is still to come, the one before. */
  get shown(): Shown | null {
    const shown = this.show(this.current);
    this.last = shown ?? this.last;
    return this.last;
  }

  /** The sliders that had to go back to their kept values when another one was moved. */
  get wentBack(): readonly string[] {
    return this.back;
  }

  /** The plane at the previous setting, and its name; null where there is nothing to compare. */
  get ghost(): { reading: Reading; name: string } | null {
    const { previous, current } = this;
    const [reading, now] = [previous && this.read(previous), this.read(current)];
    if (!previous || !reading || !now || sameSetting(previous, current)) {
      return null;
    }
    return measuredAlike(reading.plane, now.plane) ? { reading, name: this.name(previous) } : null;
  }

  /** Whether a slider is being moved. */
  get moving(): boolean {
    return this.inHand;
  }

  /** The request that has not been answered in full yet. */
  get awaited(): ExactRequest | null {
    return this.pending;
  }

  /** Whether some epochs of what is awaited are there, hence drawn. */
  get arriving(): boolean {
    return this.pending !== null && this.remembered(this.pending) !== undefined;
  }

  /**
   * Take another document, or none; what is selected stays where it has the same names.
   *
   * @param extras What was saved beside the planes.
   */
  setDocument(document: PlaneDocument | null, extras: Extras = EMPTY): void {
    this.document = document;
    this.saved = extras;
    this.last = document && this.last;
    this.ranges.clear();
    this.adapt();
  }

  /** Take another catalogue, likewise. */
  setCatalogue(catalogue: Catalogue): void {
    this.catalogue = catalogue;
    this.adapt();
  }

  /** Show another recording, under the same estimator where it has one of that label. */
  selectRecording(index: number): void {
    const recording = this.recordings[index];
    const known = this.estimatorsOn(recording);
    const same = known.find(({ label }) => label === this.current.estimator) ?? known[0];
    this.goTo(recording, same?.label ?? '');
    this.previous = null;
  }

  selectEstimator(index: number): void {
    const before = this.selection;
    this.goTo(before.recording, this.estimators[index].label);
    this.previous = before;
  }

  /** Take the estimator and the settings of a paper. */
  selectPreset({ estimator, settings }: Preset): void {
    const before = this.selection;
    const { recording } = before;
    this.select({ recording, estimator, settings, slider: Object.keys(settings)[0] ?? null });
    this.previous = before;
  }

  /** Take over a selection made elsewhere; false where it is not one of this document. */
  select(selection: Selection): boolean {
    const estimator = this.find(selection);
    if (!estimator) {
      return false;
    }
    this.goTo(selection.recording, selection.estimator);
    this.current.settings = { ...estimator.settings, ...selection.settings };
    this.current.slider = selection.slider;
    this.keep();
    return true;
  }

  /**
   * Move a slider; the setting from before the movement becomes the ghost.
   *
   * Without a kernel, other sliders go back to the values through which this one's curve was kept.
   */
  setValue(name: string, value: SettingValue): void {
    if (!this.inHand) {
      this.previous = this.selection;
      this.inHand = true;
    }
    this.pending = null;
    const kept = this.estimator?.settings ?? {};
    const { settings } = this.current;
    const alone = this.exact || value === kept[name];
    this.back = alone
      ? []
      : Object.keys(settings).filter(n => n !== name && settings[n] !== kept[n]);
    const others = alone ? settings : { ...settings, ...kept };
    this.current = { ...this.current, settings: { ...others, [name]: value }, slider: name };
    this.keep();
  }

  /** The movement ended: what must be asked of a kernel, if anything. */
  settle(): ExactRequest | null {
    this.inHand = false;
    this.ask();
    return this.pending;
  }

  /**
   * Forget what is waited for and go back to what is drawn; epochs that came already stay.
   *
   * @returns Whether something else is selected now.
   */
  abandon(): boolean {
    const { last, arriving } = this;
    this.pending = null;
    if (arriving || !last || !this.find(last.selection)) {
      return false;
    }
    const { recording, estimator, slider } = last.selection;
    return this.select({ recording, estimator, slider, settings: last.reading.settings });
  }

  /**
   * Take a kernel's answer, or a part of it: epochs still to come are missing.
   *
   * @returns Whether it is the one still waited for.
   * @throws DocumentError where its arrays do not fit the document.
   */
  answer(message: unknown): boolean {
    const answer = asObject(message, 'answer');
    const { pending } = this;
    const recording = this.recordingOf(pending?.recording ?? '');
    const like = pending && this.find(pending)?.at(pending.settings, pending.slider);
    if (!pending || answer.serial !== pending.serial || !recording || !like) {
      return false;
    }
    this.pending = null;
    const complete = answer.done !== false;
    this.remember(pending, {
      reading: readAnswer(answer, recording, pending, like.plane),
      complete
    });
    this.pending = complete ? null : pending;
    return true;
  }

  /** The kernel could not answer this request; false where it is no longer waited for. */
  giveUp(serial: unknown): boolean {
    const awaited = this.pending !== null && this.pending.serial === serial;
    if (awaited) {
      this.pending = null;
    }
    return awaited;
  }

  /** Keep what is selected by its names in what there is now. */
  private adapt(): void {
    this.lists.clear();
    const { recordings } = this;
    const recording = recordings.includes(this.current.recording)
      ? this.current.recording
      : (recordings[0] ?? '');
    const known = this.estimatorsOn(recording);
    const estimator = known.find(({ label }) => label === this.current.estimator) ?? known[0];
    const same =
      recording === this.current.recording && estimator?.label === this.current.estimator;
    if (!same) {
      this.goTo(recording, estimator?.label ?? '');
      this.previous = null;
    } else {
      // Sliders may have come with the first curve.
      this.current.settings = { ...estimator?.settings, ...this.current.settings };
    }
  }

  private goTo(recording: string, label: string): void {
    this.pending = null;
    this.inHand = false;
    this.back = [];
    const known = this.values.get(label);
    const kept = this.estimatorsOn(recording).find(one => one.label === label)?.settings ?? {};
    const settings = { ...kept, ...(known?.settings ?? {}) };
    this.current = { recording, estimator: label, settings, slider: known?.slider ?? null };
  }

  /** Remember the settings of the selected estimator, for when it is chosen again. */
  private keep(): void {
    this.values.set(this.current.estimator, this.selection);
  }

  private ask(): void {
    const { current, estimator } = this;
    const kept = estimator?.holds(current.settings) || this.remembered(current)?.complete;
    if (this.exact && estimator && !estimator.pending && !kept) {
      lastSerial += 1;
      this.pending = { ...current, serial: lastSerial };
    }
  }

  private recordingOf(name: string): Recording | undefined {
    return this.document?.recordings.find(recording => recording.name === name);
  }

  private estimatorsOn(recording: string): EstimatorPlanes[] {
    const planes = this.recordingOf(recording)?.planes ?? [];
    const list = this.lists.get(recording) ?? estimatorsOf(planes, this.catalogue.estimators);
    this.lists.set(recording, list);
    return list;
  }

  private find({ recording, estimator }: Selection): EstimatorPlanes | null {
    return this.estimatorsOn(recording).find(({ label }) => label === estimator) ?? null;
  }

  private read(selection: Selection): Reading | null {
    const kept = this.find(selection)?.at(selection.settings, selection.slider);
    const reading = this.remembered(selection)?.reading ?? kept ?? null;
    const said = reading && this.judged.get(key({ ...selection, settings: reading.settings }));
    // A document with other epochs may have come since.
    return said?.xt.length === reading?.xt.length && said
      ? { ...reading!, verdicts: said }
      : reading;
  }

  private show(selection: Selection): Shown | null {
    const recording = this.recordingOf(selection.recording);
    const reading = this.read(selection);
    if (!recording || !reading) {
      return null;
    }
    const { axes, ceilings } = reading.plane;
    const settings = suffix(reading.settings);
    return {
      selection,
      reading,
      recording: { ...recording, axes, ceilings },
      limits: this.limitsOf(reading.plane),
      heading: `${selection.recording}, ${selection.estimator}${settings && `, ${settings}`}`
    };
  }

  private limitsOf(plane: Plane): Limits {
    const key = JSON.stringify([plane.label, plane.axes]);
    const known = this.ranges.get(key) ?? limits(this.document!, plane);
    this.ranges.set(key, known);
    return known;
  }

  private remembered(selection: Selection): Answer | undefined {
    const recording = this.recordingOf(selection.recording);
    const answer = this.answers.get(key(selection));
    // A document with other epochs may have come since.
    const size = recording ? recording.epochs.length * recording.layers.length : -1;
    return answer?.reading.xt.length === size ? answer : undefined;
  }

  private remember(selection: Selection, answer: Answer): void {
    this.answers.set(key(selection), answer);
    if (this.answers.size > REMEMBERED) {
      this.answers.delete(this.answers.keys().next().value as string);
    }
  }

  /** A setting's name among others of its recording. */
  private name({ estimator, settings }: Selection): string {
    const text = suffix(settings);
    return estimator === this.current.estimator && text
      ? text
      : [estimator, text].filter(Boolean).join(', ');
  }
}

/** Whether something is a selection, of whatever there is. */
export function isSelection(value: unknown): value is Selection {
  const { recording, estimator, settings } = (value ?? {}) as Partial<Selection>;
  return (
    typeof recording === 'string' &&
    typeof estimator === 'string' &&
    typeof settings === 'object' &&
    settings !== null
  );
}

/** Whether two selections are the same estimator at the same settings. */
export function sameSetting(one: Selection, other: Selection): boolean {
  return one.estimator === other.estimator && sameSettings(one.settings, other.settings);
}

/** Whether two sets of settings have the same values. */
export function sameSettings(one: Settings, other: Settings): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every(name => one[name] === other[name]);
}

function readAnswer(
  answer: Json,
  { epochs, layers }: Recording,
  { settings }: Selection,
  plane: Plane
): Reading {
  const shape: Shape = [1, epochs.length, layers.length];
  const [xt, ty] = [answer.xt, answer.ty].map((array, i) =>
    readArray(array, `answer.${i ? 'ty' : 'xt'}`, shape)
  );
  return { settings, plane, verdicts: null, xt, ty };
}

function key({ recording, estimator, settings }: Selection): string {
  return JSON.stringify([recording, estimator, Object.entries(settings).sort()]);
}

function suffix(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => strings.explorer.setting(name, formatSetting(value)))
    .join(', ');
}
