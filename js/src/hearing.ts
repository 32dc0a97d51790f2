import type { Reach } from './progress-state';

/** Milliseconds between two calls, and how many are made before a kernel counts as deaf. */
const INTERVAL = 400;
const CALLS = 6;

/**
 * Finds out whether a kernel answers while a cell is running.
 *
 * Where it has subshells it does, and within a fraction of a second. ipykernel 6 has none, and other
 * front ends do not use them: whatever is sent there waits until the cell ends. The first calls may
 * get stuck everywhere, for the subshell is only being made: hence several.
 */
export class Hearing {
  reach: Reach = 'unknown';
  private timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param call Sends the kernel a message that it answers.
   * @param interrupts Whether the kernel can be interrupted from here.
   * @param changed Told when `reach` changes.
   */
  constructor(
    private readonly call: () => void,
    private readonly interrupts: () => boolean,
    private readonly changed: () => void
  ) {}

  start(): void {
    let calls = 0;
    this.timer = setInterval(() => {
      calls += 1;
      if (calls > CALLS) {
        this.settle(this.interrupts() ? 'interrupt' : 'nowhere');
      } else {
        this.call();
      }
    }, INTERVAL);
    this.call();
  }

  /** The kernel answered; it may do so at any time. */
  heard(): void {
    this.settle('kernel');
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private settle(reach: Reach): void {
    this.stop();
    this.reach = reach;
    this.changed();
  }
}
