import { strings } from './strings';

export type Status = keyof typeof strings.progress.status;

/** What a reader can ask of a running training. */
export type Action = 'stop' | 'pause' | 'resume' | 'step' | 'step-epoch';

/**
 * How far a click gets while a cell is running: to the kernel; as an interrupt, which ends the
 * training; or nowhere. Unknown until the kernel has answered, or has had the time to.
 */
export type Reach = 'unknown' | 'kernel' | 'interrupt' | 'nowhere';

/** How far a training is; the Python half sends it whole. */
export interface ProgressState {
  status: Status;
  /** Epochs done. */
  epoch: number;
  epochs: number;
  /** Batches done in the epoch under way. */
  batch: number;
  /** Null if nobody knows. */
  batches: number | null;
  /** Seconds. */
  elapsed: number;
  /** Seconds; null if nobody knows. */
  eta: number | null;
  /** Words stand for what is not finite. */
  metrics: Record<string, number | string>;
  message: string;
}

const WAITING: ProgressState = {
  status: 'running',
  epoch: 0,
  epochs: 0,
  batch: 0,
  batches: null,
  elapsed: 0,
  eta: null,
  metrics: {},
  message: ''
};

const FINAL: readonly Status[] = ['stopped', 'interrupted', 'diverged', 'failed', 'done'];

/** Whether the training has ended, one way or another. */
export function isFinal(status: Status): boolean {
  return FINAL.includes(status);
}

/** Read what came from Python; whatever is missing or of another type is as at the start. */
export function readProgress(value: unknown): ProgressState {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const state = { ...WAITING };
  state.status = isStatus(given.status) ? given.status : WAITING.status;
  state.epoch = count(given.epoch) ?? 0;
  state.epochs = count(given.epochs) ?? 0;
  state.batch = count(given.batch) ?? 0;
  state.batches = count(given.batches);
  state.elapsed = count(given.elapsed) ?? 0;
  state.eta = count(given.eta);
  state.metrics = readMetrics(given.metrics);
  state.message = typeof given.message === 'string' ? given.message : '';
  return state;
}

function isStatus(value: unknown): value is Status {
  return typeof value === 'string' && Object.hasOwn(strings.progress.status, value);
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function readMetrics(value: unknown): Record<string, number | string> {
  const entries = Object.entries(typeof value === 'object' && value !== null ? value : {});
  const legal = entries.filter(
    ([, metric]) => typeof metric === 'number' || typeof metric === 'string'
  );
  return Object.fromEntries(legal);
}

/** A metric on the training data and, under its `val_` name, on the validation data. */
export interface MetricRow {
  name: string;
  training?: number | string;
  validation?: number | string;
}

/** The metrics as a table, one row for both kinds of data. */
export function metricRows(metrics: ProgressState['metrics']): MetricRow[] {
  const names = new Set(Object.keys(metrics).map(name => name.replace(/^val_/, '')));
  return Array.from(names, name => ({
    name,
    training: metrics[name],
    validation: metrics[`val_${name}`]
  }));
}

/** What a button says and whether it can be pressed. */
export interface ButtonState {
  text: string;
  disabled: boolean;
}

export type ButtonName = 'stop' | 'pause' | 'step' | 'stepEpoch';

/**
 * The buttons.
 *
 * @param wish What the reader asked for and the training has not confirmed yet. It shows at once,
 *   long before the training reaches the end of its batch.
 */
export function buttons(
  status: Status,
  wish: Action | null,
  reach: Reach = 'kernel'
): Record<ButtonName, ButtonState> {
  const words = strings.progress;
  const over = isFinal(status);
  const stopping = !over && (wish === 'stop' || status === 'stopping');
  const waiting = !over && !stopping && wish !== null;
  const deaf = over || stopping || waiting || reach !== 'kernel';
  const stopsNothing = reach === 'unknown' || reach === 'nowhere';
  const step = { disabled: deaf || status !== 'paused' };
  return {
    stop: {
      text: stopping ? words.stopping : words.stop,
      disabled: over || stopping || stopsNothing
    },
    pause: { text: pauseText(status, waiting ? wish : null), disabled: deaf },
    step: { text: words.step, ...step },
    stepEpoch: { text: words.stepEpoch, ...step }
  };
}

function pauseText(status: Status, wish: Action | null): string {
  const words = strings.progress;
  if (wish === 'pause') {
    return words.pausing;
  }
  if (wish === 'resume') {
    return words.resuming;
  }
  return status === 'paused' ? words.resume : words.pause;
}

/** Whether a status says that the training did as it was asked. */
export function isGranted(wish: Action, status: Status): boolean {
  if (isFinal(status) || status === 'stopping') {
    return true;
  }
  if (wish === 'pause' || wish === 'resume') {
    return status === (wish === 'pause' ? 'paused' : 'running');
  }
  // A step is over before anybody sees it run: whatever comes next confirms it.
  return wish !== 'stop';
}
