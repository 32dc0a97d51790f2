import type { Spread } from './document';
import type { Tracer } from './markers';
import type { Pen } from './pen';
import { isPresent } from './points';
import type { Scene } from './scene';
import type { Theme } from './theme';

/** Points nearer to one another than this, in pixels, share a piece of the band. */
const STEP = 2.5;
const OPACITY = 0.16;

/** Directions in which a band's pieces have a corner: an ellipse is drawn as such a polygon. */
const DIRECTIONS = Array.from({ length: 20 }, (_, i) => {
  const angle = (2 * Math.PI * i) / 20;
  return [Math.cos(angle), Math.sin(angle)] as const;
});

/** A point with its spread to either side, in pixels. */
interface Ellipse {
  x: number;
  y: number;
  rx: number;
  ry: number;
}

/** One standard deviation around every visible trajectory: the area its ellipses sweep over. */
export function drawBand(pen: Pen, scene: Scene, theme: Theme): void {
  const { spread } = scene.coordinates;
  if (!spread || !scene.band) {
    return;
  }
  pen.fillStyle = theme.muted;
  pen.globalAlpha = OPACITY;
  for (let layer = 0; layer < scene.visible.length; layer++) {
    if (scene.visible[layer]) {
      pen.beginPath();
      traceBand(pen, ellipses(scene, spread, layer));
      pen.fill();
    }
  }
  pen.globalAlpha = 1;
}

function ellipses(scene: Scene, spread: Spread, layer: number): Ellipse[] {
  const { coordinates, visible, upto, x, y } = scene;
  const [zeroX, zeroY] = [x(0), y(0)];
  const found: Ellipse[] = [];
  for (let i = layer; i < (upto + 1) * visible.length; i += visible.length) {
    if (!isPresent(coordinates, i) || !Number.isFinite(spread.xt[i] + spread.ty[i])) {
      continue;
    }
    const at = { x: x(coordinates.xt[i]), y: y(coordinates.ty[i]) };
    const last = found[found.length - 1];
    if (!last || Math.hypot(at.x - last.x, at.y - last.y) >= STEP) {
      const rx = Math.abs(x(spread.xt[i]) - zeroX);
      const ry = Math.abs(y(spread.ty[i]) - zeroY);
      found.push({ ...at, rx, ry });
    }
  }
  return found;
}

/**
 * The hull of every two neighbours, all turning the same way, so that one fill unites them.
 *
 * A hull's corner in a direction is the farther one of the two ellipses' in that direction.
 */
function traceBand(pen: Tracer, along: readonly Ellipse[]): void {
  along.forEach((from, i) => {
    const to = along[i + 1] ?? from;
    DIRECTIONS.forEach(([ux, uy], corner) => {
      const [one, other] = [reach(from, ux, uy), reach(to, ux, uy)];
      const { x, y, rx, ry } = one > other ? from : to;
      const length = Math.hypot(rx * ux, ry * uy) || 1;
      const at = [x + (rx * rx * ux) / length, y + (ry * ry * uy) / length] as const;
      if (corner) {
        pen.lineTo(...at);
      } else {
        pen.moveTo(...at);
      }
    });
    pen.closePath();
  });
}

/** How far an ellipse reaches in a direction. */
function reach({ x, y, rx, ry }: Ellipse, ux: number, uy: number): number {
  return x * ux + y * uy + Math.hypot(rx * ux, ry * uy);
}
