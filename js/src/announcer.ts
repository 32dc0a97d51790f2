import { el } from './dom';
import { formatNumber } from './format';
import { ProgressState } from './progress-state';
import { strings } from './strings';

/** Milliseconds between two announcements of epochs at the least: fast epochs would only chatter. */
const INTERVAL = 10_000;

/**
 * Tells a screen reader how a training goes: every change of status at once, epochs as they end but
 * no more than one in ten seconds.
 */
export class Announcer {
  readonly element = el('div', {
    class: 'glow-hidden',
    testid: 'glow-announcer',
    attributes: { role: 'status', 'aria-live': 'polite', 'aria-atomic': 'true' }
  });
  private told = '';
  private epoch = 0;
  private next = 0;

  tell(state: ProgressState, now = Date.now()): void {
    const urgent = `${state.status} ${state.message}`;
    if (urgent !== this.told) {
      const first = this.told === '';
      this.told = urgent;
      // A training that only just began is seen and heard of by the cell that runs.
      this.say(first && state.status === 'running' ? '' : statusText(state), state, now);
    } else if (state.epoch !== this.epoch && now >= this.next) {
      this.say(epochText(state), state, now);
    }
  }

  private say(text: string, { epoch }: ProgressState, now: number): void {
    this.element.textContent = text;
    this.epoch = epoch;
    this.next = now + INTERVAL;
  }
}

function statusText({ status, message, epoch, epochs }: ProgressState): string {
  const words = strings.progress;
  return words.announceStatus(words.status[status], message, epoch, epochs);
}

function epochText({ epoch, epochs, metrics }: ProgressState): string {
  const values = Object.entries(metrics).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? formatNumber(value) : value}`
  );
  return strings.progress.announceEpoch(epoch, epochs, values.join(', '));
}
