import type { Coordinates } from './curve';
import { fillAt, inPlot, markers, markScale, Pen, RADIUS } from './pen';
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
  const spaced = new Spacing(layers);
  const place = (i: number): Place => ({ x: x(coordinates.xt[i]), y: y(coordinates.ty[i]) });
  // An epoch at a time: one colour, hence one path for all its lines and one for all its dots.
  for (let from = 0; from < shown.length;) {
    const epoch = Math.floor(shown[from] / layers);
    let to = from;
    while (to < shown.length && shown[to] < (epoch + 1) * layers) {
      to += 1;
    }
    const points = shown.slice(from, to);
    pen.strokeStyle = pen.fillStyle = scene.colours[epoch];
    drawSteps(pen, points, before, place);
    drawPoints(pen, points, place, i =>
      spaced.takes(i % layers, place(i)) ? shapes[i % layers] : null
    );
    from = to;
  }
}

interface Place {
  x: number;
  y: number;
}

/** Decides which points of a layer carry its marker. */
class Spacing {
  private readonly last: Place[];

  constructor(layers: number) {
    this.last = Array.from({ length: layers }, () => ({ x: Infinity, y: Infinity }));
  }

  /** Whether this place is far enough from the layer's marker before. */
  takes(layer: number, place: Place): boolean {
    const far =
      Math.hypot(place.x - this.last[layer].x, place.y - this.last[layer].y) >= MARKER_DISTANCE;
    if (far) {
      this.last[layer] = place;
    }
    return far;
  }
}

/** Lines from each point's predecessor to it. */
function drawSteps(
  pen: Pen,
  points: readonly number[],
  before: Int32Array,
  place: (i: number) => Place
): void {
  pen.lineWidth = 1.8;
  pen.globalAlpha = 0.6;
  pen.beginPath();
  for (const i of points) {
    if (before[i] >= 0) {
      const [from, to] = [place(before[i]), place(i)];
      pen.moveTo(from.x, from.y);
      pen.lineTo(to.x, to.y);
    }
  }
  pen.stroke();
  pen.globalAlpha = 1;
}

/** A point's marker, or a dot where it has none. */
function drawPoints(
  pen: Pen,
  points: readonly number[],
  place: (i: number) => Place,
  marker: (i: number) => Path2D | null
): void {
  const dots: Place[] = [];
  for (const i of points) {
    const at = place(i);
    const shape = marker(i);
    if (shape) {
      fillAt(pen, shape, at.x, at.y);
    } else {
      dots.push(at);
    }
  }
  pen.beginPath();
  for (const { x, y } of dots) {
    pen.moveTo(x + RADIUS.point, y);
    pen.arc(x, y, RADIUS.point, 0, 2 * Math.PI);
  }
  pen.fill();
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
