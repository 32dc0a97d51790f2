import { el, setText } from '../dom';
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
    if (scene.focus) {
      const at = locate(scene.focus, scene);
      this.tip.show(scene.focus, scene.recording, scene.coordinates, at, scene);
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
    const step = STEPS[event.key];
    if (step && this.scene) {
      this.read(step, this.scene);
    } else if (event.key === 'Escape' && this.focus) {
      this.setFocus(null);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Read the next point in a direction, or the last one of all to begin with, and say it. */
  private read(step: Point, { recording, coordinates, visible, upto }: Scene): void {
    const beyond = { epoch: upto + 1, layer: Math.max(visible.indexOf(true), 0) };
    const next = this.focus
      ? stepPoint(this.focus, step, coordinates, visible, upto)
      : stepPoint(beyond, STEPS.ArrowLeft, coordinates, visible, upto);
    if (next !== beyond) {
      this.setFocus(next);
      setText(this.spoken, speakPoint(next, recording, coordinates));
    }
  }

  private setFocus(point: Point | null): void {
    if (point?.epoch !== this.focus?.epoch || point?.layer !== this.focus?.layer) {
      this.focus = point;
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
