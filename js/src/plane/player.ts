import { el, onEscape } from '../dom';
import { strings } from '../strings';
import { icon } from './icons';

/** A whole run takes about this long, in milliseconds, however many epochs it has. */
const DURATION = 9000;
/** Milliseconds an epoch is shown, at least and at most. */
const PACE = { least: 25, most: 400 };

/** What is played: a place that moves from the first (0) to the last. */
export interface Playable {
  readonly at: number;
  readonly last: number;
  goTo(place: number): void;
}

/**
 * Play and Pause of the epochs; it stops at the end.
 *
 * Where the reader's system asks for reduced motion, it asks before anything moves.
 */
export class Player {
  readonly button = el('button', {
    class: 'glow-tool',
    testid: 'glow-play',
    attributes: { type: 'button' },
    on: { click: () => this.onClick() }
  });
  readonly question = el('div', {
    class: 'glow-question',
    testid: 'glow-play-question',
    attributes: { role: 'group', 'aria-label': strings.plane.motionQuestion }
  });
  private readonly yes = answer(strings.plane.play, 'glow-play-yes', () => this.agree());
  private frame = 0;
  private agreed = false;

  constructor(private readonly target: Playable) {
    const no = answer(strings.plane.notNow, 'glow-play-no', () => this.decline());
    this.question.append(el('span', { text: strings.plane.motionQuestion }), this.yes, no);
    this.question.hidden = true;
    onEscape(this.question, () => this.decline());
    this.show();
  }

  get playing(): boolean {
    return this.frame !== 0;
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.show();
  }

  private onClick(): void {
    if (this.playing) {
      this.stop();
    } else if (!this.agreed && reducedMotion()) {
      this.question.hidden = false;
      this.yes.focus();
    } else {
      this.start();
    }
  }

  private agree(): void {
    this.agreed = true;
    this.decline();
    this.start();
  }

  private decline(): void {
    this.question.hidden = true;
    this.button.focus();
  }

  /** From where the handle stands or, at the end, from the beginning. */
  private start(): void {
    const { target } = this;
    const from = target.at >= target.last ? 0 : target.at;
    const pace = Math.min(Math.max(DURATION / Math.max(target.last, 1), PACE.least), PACE.most);
    const begun = performance.now();
    target.goTo(from);
    // By the clock, so that a slow machine drops epochs and not time.
    const tick = (): void => {
      const place = Math.min(from + Math.floor((performance.now() - begun) / pace), target.last);
      if (place !== target.at) {
        target.goTo(place);
      }
      if (place >= target.last) {
        this.stop();
      } else {
        this.frame = requestAnimationFrame(tick);
      }
    };
    this.frame = requestAnimationFrame(tick);
    this.show();
  }

  private show(): void {
    const label = this.playing ? strings.plane.pause : strings.plane.play;
    this.button.title = label;
    this.button.setAttribute('aria-label', label);
    this.button.replaceChildren(icon(this.playing ? 'pause' : 'play'));
  }
}

function answer(text: string, testid: string, action: () => void): HTMLButtonElement {
  const attributes = { type: 'button' };
  return el('button', { text, testid, class: 'glow-button', attributes, on: { click: action } });
}

function reducedMotion(): boolean {
  return window.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false;
}
