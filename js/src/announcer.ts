import { el } from './dom';
import { formatNumber } from './format';
import { ProgressState } from './progress-state';
import { strings } from './strings';

/** Milliseconds between two announcements of epochs at the least: fast epochs would only chatter. */
const INTERVAL = 10_000;

/**
 * Tells a screen reader how one training goes: every change of status at once, epochs as they end
 * but no more than one in ten seconds.
 *
 * It speaks through the page's own live region, not through the view: the output that shows the
 * end replaces the view, and a region that comes with its text or goes with it is not read.
 */
export class Announcer {
  private readonly region = liveRegion();
  private told: string | null = null;
  private epoch = 0;
  private next = 0;

  tell(state: ProgressState, now = Date.now()): void {
    const urgent = `${state.status} ${state.message}`;
    if (this.told === null) {
      // A training that only just began is seen and heard of by the cell that runs.
      this.told = urgent;
      this.note(state, now);
    } else if (urgent !== this.told) {
      this.told = urgent;
      this.say(statusText(state), state, now);
    } else if (state.epoch !== this.epoch && now >= this.next) {
      this.say(epochText(state), state, now);
    }
  }

  private say(text: string, state: ProgressState, now: number): void {
    this.region.textContent = text;
    this.note(state, now);
  }

  private note({ epoch }: ProgressState, now: number): void {
    this.epoch = epoch;
    this.next = now + INTERVAL;
  }
}

/** The region of this page, made before there is anything to say. */
function liveRegion(): HTMLElement {
  const testid = 'glow-announcer';
  const present = document.querySelector<HTMLElement>(`[data-testid=${testid}]`);
  if (present) {
    return present;
  }
  const attributes = { role: 'status', 'aria-live': 'polite', 'aria-atomic': 'true' };
  const region = el('div', { class: 'glow-hidden', testid, attributes });
  document.body.append(region);
  return region;
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
