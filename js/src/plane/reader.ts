import { el, isModified, setText } from '../dom';
import type { Scene } from './scene';
import { drawnPoints, isPresent, nearestPoint, offset, Point, stepPoint } from './points';
import { speakPoint, Tooltip } from './tooltip';

/** How far from a point the pointer may be to read it, in CSS pixels. */
const REACH = 28;

/** A step of the arrow keys, in epochs and layers. */
const STEPS: Record<string, Point> = {
  ArrowLeft: { epoch: -1, layer: 0 },
  ArrowRight: { epoch: 1, layer: 0 },
  ArrowUp: { epoch: 0, layer: -1 },
  ArrowDown: { epoch: 0, layer: 1 }
};

interface Way {
  from: Point;
  step: Point;
}

type Unfocused = Omit<Scene, 'focus'>;

/** Reads single points, under the pointer or by arrow keys, in a tooltip and aloud. */
export class PointReader {
  readonly tooltip: HTMLElement;
  readonly spoken = el('div', { class: 'glow-spoken', attributes: { 'aria-live': 'polite' } });
  private readonly tip = new Tooltip();
  private scene: Scene | null = null;
  private focus: Point | null = null;

  /**
   * @param target What receives pointer and keys.
   * @param changed Called when another point, or none, is read.
   */
  constructor(
    private readonly target: HTMLElement,
    private readonly changed: () => void
  ) {
    this.tooltip = this.tip.element;
    target.addEventListener('pointermove', event => this.onPointer(event));
    target.addEventListener('pointerleave', () => this.setFocus(null));
    target.addEventListener('blur', () => this.setFocus(null));
    target.addEventListener('keydown', event => this.onKey(event));
  }

  /** The point being read, if this scene still draws it. */
  focusIn(scene: Unfocused): Point | null {
    if (this.focus && !isDrawn(this.focus, scene)) {
      this.focus = null;
    }
    return this.focus;
  }

  /** The scene was painted: the tooltip goes where its point is now. */
  painted(scene: Scene): void {
    this.scene = scene;
    this.showTip(scene);
  }

  private showTip(scene: Scene): void {
    if (this.focus) {
      this.tip.show(this.focus, scene, locate(this.focus, scene));
    } else {
      this.tip.hide();
    }
  }

  private onPointer(event: PointerEvent): void {
    const { scene } = this;
    if (!scene) {
      return;
    }
    const { left, top } = this.target.getBoundingClientRect();
    const points = drawnPoints(scene.coordinates, scene.visible, scene.upto);
    const distance = (point: Point): number => {
      const { x, y } = locate(point, scene);
      return Math.hypot(x - event.clientX + left, y - event.clientY + top);
    };
    this.setFocus(nearestPoint(points, distance, REACH));
  }

  private onKey(event: KeyboardEvent): void {
    if (isModified(event)) {
      return;
    }
    const way = this.scene && !event.shiftKey ? this.way(event.key, this.scene) : null;
    if (way && this.scene) {
      this.read(way, this.scene);
    } else if (event.key === 'Escape' && this.focus) {
      this.setFocus(null);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** From where, and in which direction, a key reads on; to begin with, from beyond an end. */
  private way(key: string, { visible, upto }: Scene): Way | null {
    const layer = this.focus?.layer ?? Math.max(visible.indexOf(true), 0);
    if (key === 'Home' || (key === 'ArrowRight' && !this.focus)) {
      return { from: { epoch: -1, layer }, step: STEPS.ArrowRight };
    }
    if (key === 'End' || (STEPS[key] && !this.focus)) {
      return { from: { epoch: upto + 1, layer }, step: STEPS.ArrowLeft };
    }
    return STEPS[key] && this.focus ? { from: this.focus, step: STEPS[key] } : null;
  }

  /** Read the next point on a way, if there is one, and say it. */
  private read({ from, step }: Way, scene: Scene): void {
    const next = stepPoint(from, step, scene.coordinates, scene.visible, scene.upto);
    if (next !== from) {
      this.setFocus(next);
      setText(this.spoken, speakPoint(next, scene));
    }
  }

  /** Read a point, or none; the owner is told where it is another one. */
  setFocus(point: Point | null): void {
    if (point?.epoch !== this.focus?.epoch || point?.layer !== this.focus?.layer) {
      this.focus = point;
      // At once, on the scene as it is; the ring around the point comes with the next paint.
      if (this.scene) {
        this.showTip(this.scene);
      }
      this.changed();
    }
  }
}

function locate(point: Point, { coordinates, visible, x, y }: Scene): { x: number; y: number } {
  const i = offset(point, visible.length);
  return { x: x(coordinates.xt[i]), y: y(coordinates.ty[i]) };
}

function isDrawn(point: Point, { coordinates, visible, upto }: Unfocused): boolean {
  const { epoch, layer } = point;
  return (
    epoch <= upto &&
    Boolean(visible[layer]) &&
    isPresent(coordinates, offset(point, visible.length))
  );
}
