import { Signal } from '@lumino/signaling';

import { Action, isFinal, ProgressState, readProgress } from './progress-state';

/** Ended runs that are remembered; older ones make room. */
const MAX_ENDED = 20;

/** What a run is known by and how it is reached. */
export interface RunSource {
  /** The id of the widget that tells of it. */
  id: string;
  /** The id of the kernel it runs in; empty where there is none. */
  kernel: string;
  send(action: Action): void;
}

/** One training, as far as this page has heard of it. */
export class Run {
  readonly seen = new Date();
  state: ProgressState = readProgress({});
  /** The latest plane document; null if the training is not recorded. */
  plane: unknown = null;

  constructor(
    /** Counts the runs of one kernel from 1. */
    readonly number: number,
    readonly source: RunSource
  ) {}

  get live(): boolean {
    return !isFinal(this.state.status);
  }

  /** From 0 to 1. */
  get share(): number {
    const { epoch, epochs, batch, batches } = this.state;
    return epochs > 0 ? Math.min(1, (epoch + (batches ? batch / batches : 0)) / epochs) : 0;
  }
}

/** A plane that a kernel shows, whether or not it belongs to a run. */
interface PlaneSource {
  kernel: string;
  /** The id of the run it follows; empty if none. */
  run: string;
  document: unknown;
}

/**
 * The trainings and planes of this page.
 *
 * Widget models join when they are made and tell of every change; panel, status bar and commands
 * read. Nothing here asks a kernel.
 */
export class Runs {
  /** A run began, changed or went; null stands for several. */
  readonly changed = new Signal<this, Run | null>(this);
  /** A run began. */
  readonly began = new Signal<this, Run>(this);
  /** A run ended that had been seen running. */
  readonly ended = new Signal<this, Run>(this);
  private readonly runs = new Map<string, Run>();
  private readonly planes = new Map<string, PlaneSource>();
  /** What explorers keep in their outputs, by widget. */
  private readonly kept = new Map<string, unknown>();
  private readonly counts = new Map<string, number>();

  /** The runs of a kernel, or of all, oldest first. */
  of(kernel: string | null): Run[] {
    const all = [...this.runs.values()];
    return kernel === null ? all : all.filter(run => run.source.kernel === kernel);
  }

  /**
   * The document of the plane shown last by a kernel, or by any; null if there is none.
   *
   * Of an explorer it is what its output keeps: the selection, verdicts, known answers and
   * histograms with the planes, as in the file that Python's `save` writes.
   */
  latestPlane(kernel: string | null): unknown {
    const shown = [...this.planes].filter(
      ([, plane]) => (kernel === null || plane.kernel === kernel) && !isEmpty(plane.document)
    );
    const ended = this.of(kernel).filter(run => run.plane !== null);
    const [id, plane] = shown.at(-1) ?? [];
    return this.kept.get(id ?? '') ?? plane?.document ?? ended.at(-1)?.plane ?? null;
  }

  /** An explorer's output keeps another document. */
  keepPlane(id: string, document: unknown): void {
    this.kept.set(id, document);
  }

  /** A training's widget was made, or made again on the same page. */
  join(source: RunSource, state: unknown): void {
    const number = (this.counts.get(source.kernel) ?? 0) + 1;
    const run = new Run(this.runs.get(source.id)?.number ?? number, source);
    if (!this.runs.has(source.id)) {
      this.counts.set(source.kernel, number);
    }
    run.state = readProgress(state);
    this.runs.set(source.id, run);
    run.plane = [...this.planes.values()].find(plane => plane.run === source.id)?.document ?? null;
    this.forgetOldest();
    if (run.live) {
      this.began.emit(run);
    }
    this.changed.emit(run);
  }

  /** A training told how far it is. */
  update(id: string, state: unknown): void {
    const run = this.runs.get(id);
    if (run) {
      this.advance(run, readProgress(state));
    }
  }

  /** A training's widget is gone: one that had not ended was cut off. */
  leave(id: string, reason: string): void {
    const run = this.runs.get(id);
    if (run?.live) {
      this.advance(run, { ...run.state, status: 'interrupted', message: reason });
    }
  }

  /** A plane's widget was made or has a new document. */
  showPlane(id: string, plane: PlaneSource): void {
    // Set anew, so that the last one shown is the last one in order.
    this.planes.delete(id);
    this.planes.set(id, plane);
    const run = this.runs.get(plane.run);
    if (run && !isEmpty(plane.document)) {
      run.plane = plane.document;
    }
    this.changed.emit(run ?? null);
  }

  /** A plane's widget is gone; a run keeps what it showed last. */
  hidePlane(id: string): void {
    this.kept.delete(id);
    if (this.planes.delete(id)) {
      this.changed.emit(null);
    }
  }

  /** Forget a run that has ended, or all of a kernel's. */
  dismiss(ended: Run[]): void {
    ended.filter(run => !run.live).forEach(run => this.runs.delete(run.source.id));
    this.changed.emit(null);
  }

  private advance(run: Run, state: ProgressState): void {
    const was = run.live;
    run.state = state;
    if (was && !run.live) {
      this.ended.emit(run);
    }
    this.changed.emit(run);
  }

  private forgetOldest(): void {
    const ended = [...this.runs.values()].filter(run => !run.live);
    ended.slice(0, -MAX_ENDED).forEach(run => this.runs.delete(run.source.id));
  }
}

/** The runs of this page: one list for the widgets that tell and the plugins that show. */
export const runs = new Runs();

function isEmpty(document: unknown): boolean {
  return typeof document !== 'object' || document === null || Object.keys(document).length === 0;
}
