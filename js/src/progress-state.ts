import { strings } from './strings';

export type Status = keyof typeof strings.progress.status;

/** What a reader can ask of a running training. */
export type Action = 'stop' | 'pause' | 'resume';

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

const FINAL: readonly Status[] = ['stopped', 'interrupted', 'failed', 'done'];

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

/** What a button says and whether it can be pressed. */
export interface ButtonState {
  text: string;
  disabled: boolean;
}

/**
 * The two buttons.
 *
 * @param wish What the reader asked for and the training has not confirmed yet. It shows at once,
 *   long before the training reaches the end of its batch.
 */
export function buttons(
  status: Status,
  wish: Action | null
): { stop: ButtonState; pause: ButtonState } {
  const words = strings.progress;
  const over = isFinal(status);
  const stopping = !over && (wish === 'stop' || status === 'stopping');
  const stop = over ? words.stop : stopping ? words.stopping : words.stop;
  const waiting = !over && !stopping && wish !== null;
  const paused = status === 'paused';
  const pause = waiting
    ? wish === 'pause'
      ? words.pausing
      : words.resuming
    : paused
      ? words.resume
      : words.pause;
  return {
    stop: { text: stop, disabled: over || stopping },
    pause: { text: pause, disabled: over || stopping || waiting }
  };
}

/** Whether a status says that the training did as it was asked. */
export function isGranted(wish: Action, status: Status): boolean {
  if (isFinal(status) || status === 'stopping') {
    return true;
  }
  return (wish === 'pause' && status === 'paused') || (wish === 'resume' && status === 'running');
}
