import { readArray, type Shape } from '../plane/array';
import { asObject, asText, optional, type Json } from '../plane/check';
import { readVerdicts } from '../plane/document';
import type { Plane, Recording, Verdicts } from '../plane/document';
import type { Reading } from '../plane/estimator';
import { joined, type HistogramTable } from './histogram-data';
import { readKnown, type Known } from './known';
import { isSelection, keyOf, type Selection, type Setting } from './selection';

/** A kernel's plane at some setting, perhaps with epochs still to come. */
interface Answer {
  reading: Reading;
  complete: boolean;
}

/** How many exact planes are remembered. */
const REMEMBERED = 64;

/** What a kernel told that is in no document: exact planes, verdicts, histograms, known answers. */
export class Told {
  private readonly planes = new Map<string, Answer>();
  private readonly judged = new Map<string, Verdicts>();
  private readonly counted = new Map<string, HistogramTable>();
  private readonly answers = new Map<string, Known>();

  /** The exact plane at a setting, if it still fits its recording. */
  plane(setting: Setting, recording: Recording | undefined): Answer | undefined {
    const answer = this.planes.get(keyOf(setting));
    // A document with other epochs may have come since.
    return recording && answer?.reading.xt.length === sizeOf(recording) ? answer : undefined;
  }

  /**
   * Take a plane, or a part of it: epochs still to come are missing.
   *
   * @param like A plane of the same estimator, whose quantities it has.
   * @throws DocumentError where its arrays do not fit the recording.
   */
  addPlane(asked: Selection, answer: Json, recording: Recording, like: Plane): boolean {
    const complete = answer.done !== false;
    const shape: Shape = [1, recording.epochs.length, recording.layers.length];
    const [xt, ty] = (['xt', 'ty'] as const).map(axis =>
      readArray(answer[axis], `answer.${axis}`, shape)
    );
    const refused = optional(answer.refused, 'answer.refused', asText);
    const { settings } = asked;
    const reading = { settings, plane: like, verdicts: null, refused, xt, ty };
    this.planes.set(keyOf(asked), { reading, complete });
    if (this.planes.size > REMEMBERED) {
      this.planes.delete(this.planes.keys().next().value as string);
    }
    return complete;
  }

  /** A reading with what the estimator says of it, where that was told. */
  judgement(setting: Setting, reading: Reading): Reading {
    const said = this.judged.get(keyOf({ ...setting, settings: reading.settings }));
    return said?.xt.length === reading.xt.length
      ? { ...reading, verdicts: said, judgedAt: null }
      : reading;
  }

  /**
   * Take what an estimator says of its plane at some settings.
   *
   * @throws DocumentError where it does not fit the recording.
   */
  addVerdicts(message: unknown, find: (name: string) => Recording | undefined): void {
    const { verdicts, ...asked } = asObject(message, 'answer');
    const recording = isSelection(asked) ? find(asked.recording) : undefined;
    if (recording && isSelection(asked)) {
      const shape: Shape = [1, recording.epochs.length, recording.layers.length];
      const read = readVerdicts(verdicts, 'answer.verdicts', shape);
      if (read) {
        this.judged.set(keyOf(asked), read);
      }
    }
  }

  /** Histograms of a recording's activations; null where none were told. */
  histograms(recording: string): HistogramTable | null {
    return this.counted.get(recording) ?? null;
  }

  /** Take histograms of more epochs than those known so far. */
  addHistograms(recording: string, known: HistogramTable | null, more: HistogramTable): void {
    this.counted.set(recording, joined(known, more));
  }

  /** What the estimator answers to known problems at a setting; null where nobody asked. */
  known(setting: Setting): Known | null {
    return this.answers.get(keyOf(setting)) ?? null;
  }

  /**
   * Take answers to known problems.
   *
   * @throws DocumentError where they are malformed.
   */
  addKnown(message: unknown): void {
    const known = readKnown(message, 'answer');
    this.answers.set(keyOf(known), known);
  }
}

function sizeOf({ epochs, layers }: Recording): number {
  return epochs.length * layers.length;
}
