import { settingsInWords } from '../format';
import { asObject } from '../plane/check';
import type { PlaneDocument } from '../plane/document';
import type { EstimatorPlanes, Reading, SettingValue } from '../plane/estimator';
import { measuredAlike } from '../plane/scales';
import { EMPTY, type Catalogue, type Extras, type Preset } from './catalogue';
import { Library, type Shown } from './library';
import { sameSetting, type ExactRequest, type Selection } from './selection';

/** Serials are unique in the page: two views of one widget hear each other's answers. */
let lastSerial = 0;

/**
 * The explorer without its elements: what is selected, what came before, what was asked for.
 *
 * The last wish always wins: an answer counts only while its request is the latest thing the
 * reader did.
 */
export class ExplorerState {
  /** Whether values that are not kept can be had from a kernel. */
  exact = false;
  /** What there is to show. */
  readonly library = new Library();
  /** Whether the other recordings stand beside the selected one. */
  beside = false;
  private current: Selection = { recording: '', estimator: '', settings: {}, slider: null };
  private previous: Selection | null = null;
  private inHand = false;
  private pending: ExactRequest | null = null;
  private back: string[] = [];
  private last: Shown | null = null;
  /** What was selected before a paper's settings were. */
  private own: Selection | null = null;
  private readonly values = new Map<string, Selection>();

  /** A copy of what is selected. */
  get selection(): Selection {
    return this.beside ? { ...this.current, beside: true } : { ...this.current };
  }

  /** The names of the recordings. */
  get recordings(): string[] {
    return this.library.recordings;
  }

  /** The estimators of the selected recording. */
  get estimators(): EstimatorPlanes[] {
    return this.library.estimatorsOn(this.current.recording);
  }

  /** The selected estimator; null before there is any. */
  get estimator(): EstimatorPlanes | null {
    return this.library.find(this.current);
  }

  /** The papers whose settings can be shown here. */
  get presets(): Preset[] {
    return this.library.presetsOn(this.current.recording, this.exact);
  }

  /** The paper whose settings are selected. */
  get preset(): Preset | null {
    const { estimator, settings } = this.current;
    const same = (preset: Preset): boolean =>
      preset.estimator === estimator &&
      Object.entries(preset.settings).every(([name, value]) => settings[name] === value);
    return this.presets.find(same) ?? null;
  }

  /** The planes of the recordings beside the selected one, under the same setting. */
  get besides(): Shown[] {
    const others = this.recordings.filter(name => name !== this.current.recording);
    return this.beside
      ? others.flatMap(recording => this.library.show({ ...this.current, recording }) ?? [])
      : [];
  }

  /** Whether the selected estimator's first plane is still to come. */
  get waiting(): boolean {
    return this.library.read(this.current) === null;
  }

  /** Why an estimator does not suit the selected recording; empty if it does. */
  problem(label: string = this.current.estimator): string {
    return this.library.problem({ ...this.current, estimator: label });
  }

  /** What is drawn: the selection's plane or, while that is still to come, the one before. */
  get shown(): Shown | null {
    const shown = this.library.show(this.current);
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
    const [reading, now] = [previous && this.library.read(previous), this.library.read(current)];
    if (!previous || !reading || !now || sameSetting(previous, current)) {
      return null;
    }
    return measuredAlike(reading.plane, now.plane) ? { reading, name: this.name(previous) } : null;
  }

  /** The same of a recording beside the selected one. */
  ghostBeside(recording: string): Reading | null {
    const { previous, current } = this;
    if (!this.ghost || previous?.recording !== current.recording) {
      return null;
    }
    const before = this.library.read({ ...previous, recording });
    const now = this.library.read({ ...current, recording });
    return before && now && measuredAlike(before.plane, now.plane) ? before : null;
  }

  /** Whether a slider is being moved. */
  get moving(): boolean {
    return this.inHand;
  }

  /** The request for the selected recording's plane that has not been answered in full yet. */
  get awaited(): ExactRequest | null {
    return this.pending?.recording === this.current.recording ? this.pending : null;
  }

  /** Whether anything is waited for, on any recording. */
  get asking(): boolean {
    return this.pending !== null;
  }

  /** Whether some epochs of what is awaited are there, hence drawn. */
  get arriving(): boolean {
    return this.awaited !== null && this.library.exact(this.awaited) !== undefined;
  }

  /**
   * Take another document, or none; what is selected stays where it has the same names.
   *
   * @param extras What was saved beside the planes.
   */
  setDocument(document: PlaneDocument | null, extras: Extras = EMPTY): void {
    this.library.setDocument(document, extras);
    this.last = document && this.last;
    this.adapt();
  }

  /** Take another catalogue, likewise. */
  setCatalogue(catalogue: Catalogue): void {
    this.library.setCatalogue(catalogue);
    this.adapt();
  }

  /** Show another recording, under the same estimator where it has one of that label. */
  selectRecording(index: number): void {
    const recording = this.recordings[index];
    const known = this.library.estimatorsOn(recording);
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
    this.own = this.preset ? this.own : before;
    this.select({ recording, estimator, settings, slider: Object.keys(settings)[0] ?? null });
    this.previous = before;
  }

  /** Take back what was selected before a paper's settings were, or else the defaults. */
  leavePreset(): void {
    const before = this.selection;
    const { recording } = before;
    const defaults = { ...before, settings: this.estimator?.settings ?? {} };
    if (!this.own || !this.select({ ...this.own, recording, beside: before.beside })) {
      this.select(defaults);
    }
    this.previous = before;
  }

  /** Take over a selection made elsewhere; false where it is not one of this document. */
  select(selection: Selection): boolean {
    const estimator = this.library.find(selection);
    if (!estimator) {
      return false;
    }
    this.goTo(selection.recording, selection.estimator);
    this.current.settings = { ...estimator.settings, ...selection.settings };
    this.current.slider = selection.slider;
    this.beside = selection.beside ?? this.beside;
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
    if (arriving || !last || !this.library.find(last.selection)) {
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
    if (!pending || answer.serial !== pending.serial) {
      return false;
    }
    this.pending = null;
    const complete = this.library.addExact(pending, answer);
    this.pending = complete === false ? pending : null;
    return complete !== null;
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
    const { recordings } = this;
    const recording = recordings.includes(this.current.recording)
      ? this.current.recording
      : (recordings[0] ?? '');
    const known = this.library.estimatorsOn(recording);
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
    const kept =
      this.library.estimatorsOn(recording).find(one => one.label === label)?.settings ?? {};
    const settings = { ...kept, ...(known?.settings ?? {}) };
    this.current = { recording, estimator: label, settings, slider: known?.slider ?? null };
  }

  /** Remember the settings of the selected estimator, for when it is chosen again. */
  private keep(): void {
    this.values.set(this.current.estimator, this.selection);
  }

  /** Ask for the plane of the selected recording, then for those of recordings beside it. */
  private ask(): void {
    const every = new Set([this.current.recording, ...(this.beside ? this.recordings : [])]);
    const wanted = Array.from(every, recording => ({ ...this.current, recording }));
    const missing = wanted.find(selection => !this.library.complete(selection));
    if (this.exact && missing) {
      lastSerial += 1;
      this.pending = { ...missing, serial: lastSerial };
    }
  }

  /** A setting's name among others of its recording. */
  private name({ estimator, settings }: Selection): string {
    const text = settingsInWords(settings);
    return estimator === this.current.estimator && text
      ? text
      : [estimator, text].filter(Boolean).join(', ');
  }
}
