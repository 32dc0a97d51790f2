import { el, setText } from '../dom';
import { formatCoordinate } from '../format';
import { strings } from '../strings';
import type { Coordinates } from './curve';
import type { Recording } from './document';
import { quantity } from './summary';
import { offset, Point } from './points';

const DISTANCE = 14;

/** The verdict on a point against which nothing speaks. */
const RELIABLE = 'reliable';

/** Says what a point is: layer, epoch and both coordinates. */
export class Tooltip {
  readonly element = el('div', {
    class: 'glow-tooltip',
    testid: 'glow-tooltip',
    attributes: { 'aria-hidden': 'true' }
  });
  private readonly layer = el('strong');
  private readonly epoch = el('span');
  private readonly x = row();
  private readonly y = row();
  private readonly doubt = el('div', { class: 'glow-doubt' });

  constructor() {
    this.element.hidden = true;
    this.element.append(
      el('div', { class: 'glow-tooltip-head' }, this.layer, this.epoch),
      el('div', { class: 'glow-tooltip-body' }, ...this.x, ...this.y),
      this.doubt
    );
  }

  hide(): void {
    this.element.hidden = true;
  }

  /** Show a point beside its place, in CSS pixels of a picture `width` x `height` big. */
  show(
    point: Point,
    recording: Recording,
    coordinates: Coordinates,
    at: { x: number; y: number },
    size: { width: number; height: number }
  ): void {
    const i = offset(point, recording.layers.length);
    const { xt, ty } = recording.axes;
    setText(this.layer, recording.layers[point.layer]);
    setText(this.epoch, strings.plane.epochText(recording.epochs[point.epoch]));
    setText(this.x[0], xt.label);
    setText(this.x[1], formatCoordinate(coordinates.xt[i], xt.unit));
    setText(this.y[0], ty.label);
    setText(this.y[1], formatCoordinate(coordinates.ty[i], ty.unit));
    setText(this.doubt, doubts(i, recording, coordinates).join('. '));
    this.doubt.hidden = this.doubt.textContent === '';
    this.element.hidden = false;
    this.place(at, size);
  }

  private place(at: { x: number; y: number }, size: { width: number; height: number }): void {
    const { offsetWidth, offsetHeight } = this.element;
    const right = at.x + DISTANCE + offsetWidth <= size.width;
    const left = right ? at.x + DISTANCE : Math.max(0, at.x - DISTANCE - offsetWidth);
    const below = at.y + DISTANCE + offsetHeight <= size.height;
    const top = below ? at.y + DISTANCE : Math.max(0, at.y - DISTANCE - offsetHeight);
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}

function row(): [HTMLElement, HTMLElement] {
  return [el('span'), el('span')];
}

/** The same facts as one spoken sentence. */
export function speakPoint(point: Point, recording: Recording, coordinates: Coordinates): string {
  const i = offset(point, recording.layers.length);
  return [
    recording.layers[point.layer],
    strings.plane.epochText(recording.epochs[point.epoch]),
    quantity(recording.axes.xt, coordinates.xt[i]),
    quantity(recording.axes.ty, coordinates.ty[i]),
    ...doubts(i, recording, coordinates)
  ].join(', ');
}

/** Why a point's coordinates cannot be trusted, in words; empty if nothing speaks against them. */
function doubts(i: number, { axes }: Recording, { verdicts }: Coordinates): string[] {
  return (['xt', 'ty'] as const).flatMap(axis => {
    const verdict = verdicts?.[axis][i] ?? RELIABLE;
    return verdict === RELIABLE ? [] : [strings.plane.doubt(axes[axis].label, verdict)];
  });
}
