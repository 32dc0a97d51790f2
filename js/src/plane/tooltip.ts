import { el, setText } from '../dom';
import { formatCoordinate } from '../format';
import { strings } from '../strings';
import { offset, Point } from './points';
import type { Scene } from './scene';
import { quantity } from './summary';

const DISTANCE = 14;

interface Place {
  x: number;
  y: number;
}

/** Says what a point is: layer, epoch, both coordinates with their spread, and what is doubtful. */
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
  private readonly trust = el('div', { class: 'glow-trust' });

  constructor() {
    this.element.hidden = true;
    this.element.append(
      el('div', { class: 'glow-tooltip-head' }, this.layer, this.epoch),
      el('div', { class: 'glow-tooltip-body' }, ...this.x, ...this.y),
      this.doubt,
      this.trust
    );
  }

  hide(): void {
    this.element.hidden = true;
  }

  /** Show a point of a scene beside its place, in CSS pixels. */
  show(point: Point, scene: Scene, at: Place): void {
    const { recording, coordinates } = scene;
    const i = offset(point, recording.layers.length);
    setText(this.layer, recording.layers[point.layer]);
    setText(this.epoch, strings.plane.epochText(recording.epochs[point.epoch]));
    for (const axis of ['xt', 'ty'] as const) {
      const [name, value] = axis === 'xt' ? this.x : this.y;
      const { label, unit } = recording.axes[axis];
      const spread = coordinates.spread?.[axis][i] ?? NaN;
      const mean = coordinates[axis][i];
      setText(name, label);
      setText(
        value,
        Number.isFinite(spread)
          ? strings.plane.plusMinus(formatCoordinate(mean), formatCoordinate(spread, unit))
          : formatCoordinate(mean, unit)
      );
    }
    setText(this.doubt, scene.doubts.at(i).join('. '));
    this.doubt.hidden = this.doubt.textContent === '';
    setText(this.trust, scene.doubts.trust(i));
    this.trust.hidden = this.trust.textContent === '';
    this.element.hidden = false;
    this.place(at, scene);
  }

  private place(at: Place, size: { width: number; height: number }): void {
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
export function speakPoint(point: Point, { recording, coordinates, doubts }: Scene): string {
  const i = offset(point, recording.layers.length);
  return [
    recording.layers[point.layer],
    strings.plane.epochText(recording.epochs[point.epoch]),
    quantity(recording.axes.xt, coordinates.xt[i]),
    quantity(recording.axes.ty, coordinates.ty[i]),
    ...doubts.at(i)
  ].join(', ');
}
