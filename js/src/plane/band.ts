import type { Spread } from './document';
import type { Tracer } from './markers';
import type { Pen } from './pen';
import { isPresent } from './points';
import type { Scene } from './scene';
import type { Theme } from './theme';

/**
 * Ellipses that differ by less than this share a piece of the band: in pixels, or as a share of
 * their own size where that is more. What is left out would move the band's edge by less than that.
 */
const STEP = { least: 3, share: 0.25 };
/** Ellipses smaller than this radius, in pixels, are round with half of the corners. */
const SMALL = 8;
const OPACITY = 0.16;

/** Directions in which a band's pieces have a corner: an ellipse is drawn as such a polygon. */
const CORNERS = 16;
const DIRECTIONS = Array.from({ length: CORNERS }, (_, i) => {
  const angle = (2 * Math.PI * i) / CORNERS;
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
    const ellipse = {
      x: x(coordinates.xt[i]),
      y: y(coordinates.ty[i]),
      rx: Math.abs(x(spread.xt[i]) - zeroX),
      ry: Math.abs(y(spread.ty[i]) - zeroY)
    };
    if (found.length === 0 || differ(found[found.length - 1], ellipse)) {
      found.push(ellipse);
    }
  }
  return found;
}

function differ(one: Ellipse, other: Ellipse): boolean {
  const away = Math.abs(other.x - one.x) + Math.abs(other.y - one.y);
  const grown = Math.abs(other.rx - one.rx) + Math.abs(other.ry - one.ry);
  return away + grown >= Math.max(STEP.least, STEP.share * Math.min(one.rx, one.ry));
}

/**
 * The hull of every two neighbours, all turning the same way, so that one fill unites them.
 *
 * A hull's corner in a direction is the farther one of the two ellipses' in that direction.
 */
function traceBand(pen: Tracer, along: readonly Ellipse[]): void {
  for (let i = 0; i < along.length; i++) {
    const [one, other] = [along[i], along[i + 1] ?? along[i]];
    const small = Math.max(one.rx, one.ry, other.rx, other.ry) < SMALL;
    for (let corner = 0; corner < CORNERS; corner += small ? 2 : 1) {
      const [ux, uy] = DIRECTIONS[corner];
      const { x, y, rx, ry } = reach(one, ux, uy) > reach(other, ux, uy) ? one : other;
      const length = Math.sqrt((rx * ux) ** 2 + (ry * uy) ** 2) || 1;
      const [cornerX, cornerY] = [x + (rx * rx * ux) / length, y + (ry * ry * uy) / length];
      if (corner) {
        pen.lineTo(cornerX, cornerY);
      } else {
        pen.moveTo(cornerX, cornerY);
      }
    }
  }
}

/** How far an ellipse reaches in a direction. */
function reach({ x, y, rx, ry }: Ellipse, ux: number, uy: number): number {
  return x * ux + y * uy + Math.sqrt((rx * ux) ** 2 + (ry * uy) ** 2);
}
