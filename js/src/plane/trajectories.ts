import type { Coordinates } from './curve';
import { traceDot, traceMarker } from './markers';
import { inPlot, markScale, Pen, RADIUS } from './pen';
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
  pen.lineWidth = 1;
  pen.beginPath();
  for (let i = 0; i < (upto + 1) * layers; i++) {
    if (visible[i % layers] && before[i] >= 0) {
      pen.moveTo(x(ghost.xt[before[i]]), y(ghost.ty[before[i]]));
      pen.lineTo(x(ghost.xt[i]), y(ghost.ty[i]));
    }
  }
  pen.stroke();
}

/** Markers along a trajectory keep this distance; the points between them are dots. */
const MARKER_DISTANCE = 17;
const LINE_WIDTH = 1.3;

/**
 * Every layer's path, in the colours of its epochs.
 *
 * Open markers stand for points against which something speaks.
 */
export function drawTrajectories(
  pen: Pen,
  scene: Scene,
  theme: Theme,
  shown: readonly number[]
): void {
  const { coordinates, visible } = scene;
  const before = predecessors(coordinates, visible.length);
  const places = placed(scene, shown);
  const filled = new Spacing(visible.length);
  const open = new Spacing(visible.length);
  pen.lineJoin = 'round';
  pen.lineWidth = LINE_WIDTH;
  // An epoch at a time: one colour, hence one path for all its lines and one for all its marks.
  const epochs = groupedByEpoch(shown, visible.length);
  for (const points of epochs) {
    pen.strokeStyle = scene.colours[Math.floor(points[0] / visible.length)];
    drawSteps(pen, points, before, places);
  }
  for (const points of epochs) {
    const colour = scene.colours[Math.floor(points[0] / visible.length)];
    const takes = (spacing: Spacing, i: number): boolean =>
      spacing.takes(i % visible.length, places.x[i], places.y[i]);
    const doubted = points.filter(i => scene.doubts.has(i) && takes(open, i));
    const others = points.filter(i => !doubted.includes(i));
    drawFilled(pen, scene, places, colour, others, i => !scene.doubts.has(i) && takes(filled, i));
    drawOpen(pen, scene, places, colour, doubted, theme);
  }
}

/** Where points lie, by their indices. */
interface Places {
  x: Float64Array;
  y: Float64Array;
}

function placed({ coordinates, x, y }: Scene, shown: readonly number[]): Places {
  const { length } = coordinates.xt;
  const places = { x: new Float64Array(length), y: new Float64Array(length) };
  for (const i of shown) {
    places.x[i] = x(coordinates.xt[i]);
    places.y[i] = y(coordinates.ty[i]);
  }
  return places;
}

function groupedByEpoch(shown: readonly number[], layers: number): number[][] {
  const groups: number[][] = [];
  let last = -1;
  for (const i of shown) {
    const epoch = Math.floor(i / layers);
    if (epoch !== last) {
      groups.push([]);
      last = epoch;
    }
    groups[groups.length - 1].push(i);
  }
  return groups;
}

/** Decides which points of a layer carry its marker. */
class Spacing {
  private readonly x: Float64Array;
  private readonly y: Float64Array;

  constructor(layers: number) {
    this.x = new Float64Array(layers).fill(Infinity);
    this.y = new Float64Array(layers).fill(Infinity);
  }

  /** Whether this place is far enough from the layer's marker before. */
  takes(layer: number, x: number, y: number): boolean {
    const far = Math.hypot(x - this.x[layer], y - this.y[layer]) >= MARKER_DISTANCE;
    if (far) {
      this.x[layer] = x;
      this.y[layer] = y;
    }
    return far;
  }
}

/** Lines from each point's predecessor to it. */
function drawSteps(
  pen: Pen,
  points: readonly number[],
  before: Int32Array,
  { x, y }: Places
): void {
  pen.beginPath();
  for (const i of points) {
    if (before[i] >= 0) {
      pen.moveTo(x[before[i]], y[before[i]]);
      pen.lineTo(x[i], y[i]);
    }
  }
  pen.stroke();
}

/** A point's marker, or a dot where it has none. */
function drawFilled(
  pen: Pen,
  scene: Scene,
  { x, y }: Places,
  colour: string,
  points: readonly number[],
  marked: (i: number) => boolean
): void {
  const radius = RADIUS.marker * markScale(scene);
  pen.fillStyle = colour;
  pen.beginPath();
  for (const i of points) {
    if (marked(i)) {
      traceMarker(pen, i % scene.visible.length, radius, x[i], y[i]);
    } else {
      traceDot(pen, RADIUS.point, x[i], y[i]);
    }
  }
  pen.fill();
}

/** Markers in outline. */
function drawOpen(
  pen: Pen,
  scene: Scene,
  { x, y }: Places,
  colour: string,
  points: readonly number[],
  theme: Theme
): void {
  if (points.length === 0) {
    return;
  }
  const radius = (RADIUS.marker - 0.4) * markScale(scene);
  pen.fillStyle = theme.background;
  pen.strokeStyle = colour;
  pen.lineWidth = LINE_WIDTH;
  pen.beginPath();
  for (const i of points) {
    traceMarker(pen, i % scene.visible.length, radius, x[i], y[i]);
  }
  pen.fill();
  pen.stroke();
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
