import { formatNumber } from './format';
import { readArray, Shape } from './plane/array';
import { asNumber, asObject, DocumentError } from './plane/check';
import { Curve, Reading } from './plane/curve';
import type { Plane, PlaneDocument, Recording } from './plane/document';
import { limits, Limits } from './plane/scales';
import { initialValue } from './plane/slider';
import { strings } from './strings';

/** What is shown: indices into the document, and the slider's value (null without a slider). */
export interface Selection {
  recording: number;
  plane: number;
  value: number | null;
}

/** A plane that no kept curve holds, asked of a host with a kernel. */
export interface ExactRequest extends Selection {
  serial: number;
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
  private current: Selection = { recording: 0, plane: 0, value: null };
  private previous: Selection | null = null;
  private moving = false;
  private pending: ExactRequest | null = null;
  private readonly values = new Map<string, number>();
  private readonly curves = new WeakMap<Plane, Curve>();
  private readonly answers = new Map<string, Reading>();
  private readonly ranges = new Map<number, Limits>();

  constructor(private document: PlaneDocument) {
    this.goTo(0, 0);
  }

  get selection(): Selection {
    return { ...this.current };
  }

  get recordings(): Recording[] {
    return this.document.recordings;
  }

  get recording(): Recording {
    return this.recordings[this.current.recording];
  }

  get plane(): Plane {
    return this.recording.planes[this.current.plane];
  }

  get generator(): string | null {
    return this.document.generator;
  }

  /** What is drawn now; its value differs from the selection's where that is not kept. */
  get reading(): Reading {
    return this.read(this.current);
  }

  /** The plane at the previous setting, and its name; null where there is nothing to compare. */
  get ghost(): { reading: Reading; name: string } | null {
    const { previous, current } = this;
    if (!previous || (previous.plane === current.plane && previous.value === current.value)) {
      return null;
    }
    return { reading: this.read(previous), name: this.name(previous) };
  }

  /** Recording and setting in words. */
  get heading(): string {
    const setting = { ...this.current, value: this.reading.value };
    return `${this.recording.name}, ${this.plane.label}${this.suffix(setting)}`;
  }

  get limits(): Limits {
    const { recording } = this.current;
    const known = this.ranges.get(recording) ?? limits(this.document, this.recording);
    this.ranges.set(recording, known);
    return known;
  }

  /** The request that has not been answered yet. */
  get awaited(): ExactRequest | null {
    return this.pending;
  }

  /** Take another document; the selection is kept by the names of recording and plane. */
  setDocument(document: PlaneDocument): void {
    const { recording, plane } = this;
    const { value } = this.current;
    this.document = document;
    this.ranges.clear();
    this.previous = null;
    const at = Math.max(0, indexOf(document.recordings, recording, 'name'));
    const index = indexOf(document.recordings[at].planes, plane, 'label');
    this.goTo(at, Math.max(0, index));
    if (index >= 0 && this.plane.slider && value !== null) {
      this.current.value = value;
    }
  }

  /** Show another recording, under the same estimator where it has one of that label. */
  selectRecording(index: number): void {
    const { plane } = this;
    const same = indexOf(this.recordings[index].planes, plane, 'label');
    this.goTo(index, Math.max(0, same));
    this.previous = null;
  }

  selectPlane(index: number): void {
    const before = this.selection;
    this.goTo(this.current.recording, index);
    this.previous = before;
  }

  /** Take over a selection made elsewhere; false where it is not one of this document. */
  select({ recording, plane, value }: Selection): boolean {
    if (!this.recordings[recording]?.planes[plane]) {
      return false;
    }
    this.goTo(recording, plane);
    if (value !== null && this.plane.slider) {
      this.setValue(value);
      this.moving = false;
    }
    return true;
  }

  /** Move the slider; the setting from before the movement becomes the ghost. */
  setValue(value: number): void {
    if (!this.moving) {
      this.previous = this.selection;
      this.moving = true;
    }
    this.pending = null;
    this.current.value = value;
    this.values.set(this.key(this.current), value);
  }

  /** The movement ended: what must be asked of a kernel, if anything. */
  settle(): ExactRequest | null {
    this.moving = false;
    const { current } = this;
    const kept = this.curve(this.plane).holds(current.value) || this.remembered(current);
    if (this.exact && !kept) {
      lastSerial += 1;
      this.pending = { ...current, serial: lastSerial };
    }
    return this.pending;
  }

  /**
   * Take a kernel's answer.
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
    const value = asNumber(answer.value, 'answer.value');
    if (value !== pending.value) {
      throw new DocumentError('answer.value', String(pending.value), value);
    }
    const { epochs, layers } = this.recordings[pending.recording];
    const shape: Shape = [1, epochs.length, layers.length];
    this.remember(pending, {
      value,
      xt: readArray(answer.xt, 'answer.xt', shape),
      ty: readArray(answer.ty, 'answer.ty', shape)
    });
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

  private goTo(recording: number, plane: number): void {
    this.pending = null;
    this.moving = false;
    this.current = { recording, plane, value: null };
    const { slider } = this.plane;
    if (slider) {
      this.current.value = this.values.get(this.key(this.current)) ?? initialValue(slider);
    }
  }

  private read(selection: Selection): Reading {
    const plane = this.recordings[selection.recording].planes[selection.plane];
    return this.remembered(selection) ?? this.curve(plane).at(selection.value);
  }

  private curve(plane: Plane): Curve {
    const curve = this.curves.get(plane) ?? new Curve(plane);
    this.curves.set(plane, curve);
    return curve;
  }

  private remembered(selection: Selection): Reading | undefined {
    const { epochs, layers } = this.recordings[selection.recording];
    const reading = this.answers.get(`${this.key(selection)}\n${selection.value}`);
    // A document with other epochs may have come since.
    return reading?.xt.length === epochs.length * layers.length ? reading : undefined;
  }

  private remember(selection: Selection, reading: Reading): void {
    this.answers.set(`${this.key(selection)}\n${selection.value}`, reading);
    if (this.answers.size > REMEMBERED) {
      this.answers.delete(this.answers.keys().next().value as string);
    }
  }

  private key({ recording, plane }: Selection): string {
    const { name, planes } = this.recordings[recording];
    return `${name}\n${planes[plane].label}`;
  }

  /** A setting's name among others of its recording. */
  private name(selection: Selection): string {
    const { label } = this.recordings[selection.recording].planes[selection.plane];
    const suffix = this.suffix(selection);
    return selection.plane === this.current.plane && suffix ? suffix.slice(2) : label + suffix;
  }

  private suffix({ recording, plane, value }: Selection): string {
    const { slider } = this.recordings[recording].planes[plane];
    return slider && value !== null
      ? `, ${strings.explorer.setting(slider.name, formatNumber(value))}`
      : '';
  }
}

function indexOf<K extends string>(
  items: readonly Record<K, string>[],
  wanted: Record<K, string>,
  key: K
): number {
  return items.findIndex(item => item[key] === wanted[key]);
}
