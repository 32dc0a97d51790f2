import { settingsInWords } from '../format';
import type { Json } from '../plane/check';
import type { Plane, PlaneDocument, Recording } from '../plane/document';
import { EstimatorPlanes, estimatorsOf, type Reading } from '../plane/estimator';
import { limits, type Limits } from '../plane/scales';
import { EMPTY, type Catalogue, type Extras, type Preset } from './catalogue';
import type { HistogramTable } from './histogram-data';
import type { Known } from './known';
import { keyOf, type Selection, type Setting } from './selection';
import { Told } from './told';

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

/** All that there is to show: of a document, of a host's catalogue, and of what a kernel told. */
export class Library {
  private document: PlaneDocument | null = null;
  private catalogue: Catalogue = EMPTY;
  private saved: Extras = EMPTY;
  private readonly told = new Told();
  private readonly ranges = new Map<string, Limits>();
  private readonly lists = new Map<string, EstimatorPlanes[]>();

  setDocument(document: PlaneDocument | null, extras: Extras): void {
    this.document = document;
    this.saved = extras;
    this.ranges.clear();
    this.lists.clear();
  }

  setCatalogue(catalogue: Catalogue): void {
    this.catalogue = catalogue;
    this.lists.clear();
  }

  /** The names of the recordings. */
  get recordings(): string[] {
    const found = this.document?.recordings.map(({ name }) => name) ?? [];
    return [...new Set([...this.catalogue.recordings, ...found])];
  }

  /** The program that made the document. */
  get generator(): string | null {
    return this.document?.generator ?? null;
  }

  /** Estimators that there was no room for when this was saved. */
  get leftOut(): readonly string[] {
    return this.saved.leftOut;
  }

  /** Where a recording lies; null where that is not known. */
  source(recording: string): string | null {
    return this.catalogue.sources[recording] ?? this.saved.sources[recording] ?? null;
  }

  /** Why an estimator does not suit a recording; empty if it does. */
  problem({ recording, estimator }: Pick<Setting, 'recording' | 'estimator'>): string {
    return this.catalogue.problems[recording]?.[estimator] ?? '';
  }

  /** The estimators of a recording. */
  estimatorsOn(recording: string): EstimatorPlanes[] {
    const planes = this.recordingOf(recording)?.planes ?? [];
    const list = this.lists.get(recording) ?? estimatorsOf(planes, this.catalogue.estimators);
    this.lists.set(recording, list);
    return list;
  }

  /**
   * The papers whose settings can be shown on a recording.
   *
   * @param exact Whether values that are not kept can be had.
   */
  presetsOn(recording: string, exact: boolean): Preset[] {
    const { presets } = this.catalogue.presets.length ? this.catalogue : this.saved;
    const offered = this.estimatorsOn(recording).filter(({ pending }) => exact || !pending);
    return presets.filter(
      ({ estimator, settings }) =>
        this.problem({ recording, estimator }) === '' &&
        offered.some(one => one.label === estimator && (exact || one.holds(settings)))
    );
  }

  /** A selection's estimator; null where there is none. */
  find({ recording, estimator }: Selection): EstimatorPlanes | null {
    return this.estimatorsOn(recording).find(({ label }) => label === estimator) ?? null;
  }

  /** What there is at a selection: the exact plane, or the nearest kept; null before any is. */
  read(selection: Selection): Reading | null {
    const kept = this.find(selection)?.at(selection.settings, selection.slider);
    const reading = this.exact(selection)?.reading ?? kept ?? null;
    return reading && this.told.judgement(selection, reading);
  }

  /** The same with all that a picture of it says. */
  show(selection: Selection): Shown | null {
    const recording = this.recordingOf(selection.recording);
    const reading = this.read(selection);
    if (!recording || !reading) {
      return null;
    }
    const { axes, ceilings } = reading.plane;
    const settings = settingsInWords(reading.settings);
    return {
      selection,
      reading,
      recording: { ...recording, axes, ceilings },
      limits: this.limitsOf(reading.plane),
      heading: `${selection.recording}, ${selection.estimator}${settings && `, ${settings}`}`
    };
  }

  /** The exact plane that a kernel told, perhaps with epochs still to come. */
  exact(selection: Selection): ReturnType<Told['plane']> {
    return this.told.plane(selection, this.recordingOf(selection.recording));
  }

  /** Whether there is nothing to ask a kernel for: a plane is known, or cannot be. */
  complete(selection: Selection): boolean {
    const estimator = this.find(selection);
    return (
      !estimator ||
      estimator.pending ||
      this.problem(selection) !== '' ||
      estimator.holds(selection.settings) ||
      this.exact(selection)?.complete === true
    );
  }

  /**
   * Take an exact plane, or a part of it.
   *
   * @returns Whether it is complete; null where it belongs to nothing that is here.
   * @throws DocumentError where its arrays do not fit the document.
   */
  addExact(asked: Selection, answer: Json): boolean | null {
    const recording = this.recordingOf(asked.recording);
    const like = this.find(asked)?.at(asked.settings, asked.slider);
    return recording && like ? this.told.addPlane(asked, answer, recording, like.plane) : null;
  }

  /** Take what an estimator says of a plane; throws DocumentError where that does not fit. */
  addVerdicts(message: unknown): void {
    this.told.addVerdicts(message, name => this.recordingOf(name));
  }

  /** The histograms that are known of a recording; null where none are. */
  histograms(recording: string): HistogramTable | null {
    return this.told.histograms(recording) ?? this.saved.histograms[recording] ?? null;
  }

  /** Take histograms of more epochs. */
  addHistograms(recording: string, table: HistogramTable): void {
    this.told.addHistograms(recording, this.histograms(recording), table);
  }

  /** The known answers at a setting; null where nobody asked. */
  known(setting: Setting): Known | null {
    const saved = this.saved.known.find(each => keyOf(each) === keyOf(setting));
    return this.told.known(setting) ?? saved ?? null;
  }

  /** Take answers to known problems; throws DocumentError where they are malformed. */
  addKnown(message: unknown): void {
    this.told.addKnown(message);
  }

  private recordingOf(name: string): Recording | undefined {
    return this.document?.recordings.find(recording => recording.name === name);
  }

  private limitsOf(plane: Plane): Limits {
    const key = JSON.stringify([plane.label, plane.axes]);
    const known = this.ranges.get(key) ?? limits(this.document!, plane);
    this.ranges.set(key, known);
    return known;
  }
}
