import type { Coordinates } from './curve';
import { fillAt, inPlot, line, markers, markScale, Pen, RADIUS } from './pen';
import { isPresent } from './points';
import type { Scene } from './scene';
import type { Theme } from './theme';

/**
 * For every point, the index of its layer's previous present point, or -1.
 *
 * Epochs still to be estimated are missing as a whole; lines bridge them.
 */
function predecessors(coordinates: Coordinates, layers: number): Int32Array {
  const before = new Int32Array(coordinates.xt.length).fill(-1);
  const last = new Int32Array(layers).fill(-1);
  for (let i = 0; i < before.length; i++) {
    if (isPresent(coordinates, i)) {
      before[i] = last[i % layers];
      last[i % layers] = i;
    }
  }
  return before;
}

/** The plane at the previous setting, as plain lines. */
export function drawGhost(pen: Pen, scene: Scene, theme: Theme): void {
  const { ghost, visible, upto, x, y } = scene;
  if (!ghost) {
    return;
  }
  const layers = visible.length;
  const before = predecessors(ghost, layers);
  pen.strokeStyle = theme.ghost;
  pen.lineWidth = 1.5;
  pen.globalAlpha = 0.75;
  pen.beginPath();
  for (let i = 0; i < (upto + 1) * layers; i++) {
    if (visible[i % layers] && before[i] >= 0) {
      pen.moveTo(x(ghost.xt[before[i]]), y(ghost.ty[before[i]]));
      pen.lineTo(x(ghost.xt[i]), y(ghost.ty[i]));
    }
  }
  pen.stroke();
  pen.globalAlpha = 1;
}

/** Markers along a trajectory keep this distance; the points between them are dots. */
const MARKER_DISTANCE = 17;

/** Every layer's path, in the colours of its epochs. */
export function drawTrajectories(pen: Pen, scene: Scene, shown: readonly number[]): void {
  const { coordinates, visible, x, y } = scene;
  const layers = visible.length;
  const before = predecessors(coordinates, layers);
  const shapes = markers(layers, RADIUS.marker * markScale(scene));
  const lastMarker = visible.map(() => ({ x: Infinity, y: Infinity }));
  pen.lineWidth = 1.8;
  for (const i of shown) {
    const [px, py] = [x(coordinates.xt[i]), y(coordinates.ty[i])];
    pen.strokeStyle = pen.fillStyle = scene.colours[Math.floor(i / layers)];
    if (before[i] >= 0) {
      pen.globalAlpha = 0.6;
      line(pen, x(coordinates.xt[before[i]]), y(coordinates.ty[before[i]]), px, py);
      pen.globalAlpha = 1;
    }
    const last = lastMarker[i % layers];
    if (Math.hypot(px - last.x, py - last.y) >= MARKER_DISTANCE) {
      lastMarker[i % layers] = { x: px, y: py };
      fillAt(pen, shapes[i % layers], px, py);
    } else {
      pen.beginPath();
      pen.arc(px, py, RADIUS.point, 0, 2 * Math.PI);
      pen.fill();
    }
  }
}

/** The point being read: ringed, and joined to the other layers at its epoch. */
export function drawFocus(pen: Pen, scene: Scene, theme: Theme): void {
  const { focus, coordinates, visible, plot, x, y } = scene;
  if (!focus) {
    return;
  }
  const first = focus.epoch * visible.length;
  const shown = visible
    .map((_, layer) => first + layer)
    .filter((i, layer) => visible[layer] && isPresent(coordinates, i));
  pen.strokeStyle = theme.ink;
  inPlot(pen, plot, () => {
    pen.lineWidth = 1;
    pen.beginPath();
    shown.forEach(i => pen.lineTo(x(coordinates.xt[i]), y(coordinates.ty[i])));
    pen.stroke();
  });
  const i = first + focus.layer;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(x(coordinates.xt[i]), y(coordinates.ty[i]), 8, 0, 2 * Math.PI);
  pen.stroke();
}
