import { el, keepKeys, setText } from '../dom';
import { strings } from '../strings';
import { Playable, Player } from './player';
import { epochTicks } from './scales';

/** Smallest distance between two tick labels, as a share of the bar. */
const TICKS_APART = 0.085;

/**
 * The epoch bar: colour key of the trajectories and slider in one.
 *
 * Its track carries the colour of every recorded epoch, with labelled ticks; its handle says up
 * to which epoch trajectories are drawn. While the handle is at the end it follows new epochs.
 */
export class EpochBar implements Playable {
  readonly element: HTMLElement;
  private readonly slider = keepKeys(
    el('input', {
      testid: 'glow-epoch',
      class: 'glow-epoch-slider',
      attributes: {
        type: 'range',
        min: '0',
        step: '1',
        'aria-label': strings.plane.epochSlider
      }
    })
  );
  private readonly track = el('div', { class: 'glow-epoch-track' });
  private readonly rest = el('div', { class: 'glow-epoch-rest' });
  private readonly ticks = el('div', {
    class: 'glow-epoch-ticks',
    attributes: { 'aria-hidden': 'true' }
  });
  // No <output>, which speaks at every change: the slider says the same to who is on it.
  private readonly readout = el('span', { class: 'glow-epoch-readout' });
  private readonly player = new Player(this);
  private epochs: readonly number[] = [];
  private chosen: number | null = null;
  private painted = '';

  /** @param changed Called when the reader moved the handle. */
  constructor(private readonly changed: () => void) {
    this.slider.addEventListener('input', () => this.onInput());
    this.track.append(this.rest);
    this.element = el(
      'div',
      { class: 'glow-epochs' },
      this.player.button,
      el('span', { class: 'glow-epoch-name', text: strings.plane.epoch }),
      el('div', { class: 'glow-epoch-bar' }, this.track, this.slider, this.ticks),
      this.readout,
      this.player.question
    );
  }

  /** Index of the last epoch to draw; -1 if there is none. */
  get upto(): number {
    return this.chosen === null ? this.last : Math.min(this.chosen, this.last);
  }

  /** Where the handle stands, as `upto`. */
  get at(): number {
    return this.upto;
  }

  get last(): number {
    return this.epochs.length - 1;
  }

  /** Move the handle; at the end it follows new epochs again. */
  goTo(index: number): void {
    this.chosen = index >= this.last ? null : index;
    this.refresh();
    this.changed();
  }

  dispose(): void {
    this.player.stop();
  }

  show(epochs: readonly number[]): void {
    if (epochs.join() !== this.epochs.join()) {
      this.epochs = epochs;
      this.ticks.replaceChildren(...epochTicks(epochs, TICKS_APART).map(tickLabel));
    }
    this.refresh();
  }

  /** Paint the track: one colour an epoch, first to last. */
  paint(colours: readonly string[]): void {
    const last = Math.max(colours.length - 1, 1);
    const stops = colours.map((colour, i) => `${colour} ${((100 * i) / last).toFixed(2)}%`);
    const background = colours.length > 1 ? `linear-gradient(to right, ${stops.join(', ')})` : '';
    if (this.painted !== background) {
      this.painted = background;
      this.track.style.backgroundImage = background;
    }
  }

  private onInput(): void {
    this.player.stop();
    this.goTo(Number(this.slider.value));
  }

  private refresh(): void {
    const { epochs, upto } = this;
    this.element.hidden = epochs.length < 2;
    if (epochs.length === 0) {
      return;
    }
    this.slider.max = String(epochs.length - 1);
    this.slider.value = String(upto);
    this.slider.setAttribute('aria-valuetext', strings.plane.epochText(epochs[upto]));
    this.rest.style.left = `${(100 * upto) / Math.max(epochs.length - 1, 1)}%`;
    setText(this.readout, strings.plane.epochRange(epochs[0], epochs[upto]));
  }
}

function tickLabel({ epoch, at }: { epoch: number; at: number }): HTMLElement {
  const tick = el('span', { text: String(epoch) });
  tick.style.left = `${100 * at}%`;
  return tick;
}
