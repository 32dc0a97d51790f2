import type { ScaleLinear } from 'd3-scale';

import { formatNumber, truncate } from '../format';
import { strings } from '../strings';
import type { Coordinates } from './curve';
import type { Recording } from './document';
import { Anchor, Box, placeLabels } from './labels';
import { markerPath } from './markers';
import { isPresent, Point } from './points';
import type { Theme } from './theme';

/** Everything one picture shows, in CSS pixels. */
export interface Scene {
  width: number;
  height: number;
  plot: Box;
  x: ScaleLinear<number, number>;
  y: ScaleLinear<number, number>;
  recording: Recording;
  coordinates: Coordinates;
  ghost: Coordinates | null;
  visible: readonly boolean[];
  /** Index of the last epoch that is shown. */
  upto: number;
  /** One CSS colour an epoch. */
  colours: readonly string[];
  /** The point being read. */
  focus: Point | null;
}

const FONT_SIZE = 12;
const LINE_HEIGHT = 16;
const LABEL_LENGTH = 24;
/** A label farther from its point than this gets a line to it. */
const LEADER_FROM = 14;
const TICK = 5;
const DASH = [5, 4];

/** Paint a scene; pure but for the canvas. */
export function draw(context: CanvasRenderingContext2D, scene: Scene, theme: Theme): void {
  const shown = shownPoints(scene);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, scene.width, scene.height);
  drawAxes(context, scene, theme);
  inPlot(context, scene.plot, () => {
    drawCeilings(context, scene, theme);
    drawGhost(context, scene, theme);
    drawTrajectories(context, scene, shown);
  });
  setFont(context, theme);
  const ceilings = ceilingLabels(context, scene);
  drawCeilingLabels(context, ceilings, theme);
  const taken = ceilings.map(({ box }) => box);
  drawEnds(context, scene, theme, shown, taken);
  drawFocus(context, scene, theme);
}

function inPlot(context: CanvasRenderingContext2D, plot: Box, paint: () => void): void {
  context.save();
  context.beginPath();
  context.rect(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
  context.clip();
  paint();
  context.restore();
}

function setFont(context: CanvasRenderingContext2D, theme: Theme, weight = 400): void {
  context.font = `${weight} ${FONT_SIZE}px ${theme.font}`;
}

function line(
  context: CanvasRenderingContext2D,
  x1: number,
  y1: number,
  x2: number,
  y2: number
): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

function drawAxes(context: CanvasRenderingContext2D, scene: Scene, theme: Theme): void {
  const { plot, recording } = scene;
  setFont(context, theme);
  context.lineWidth = 1;
  drawXTicks(context, scene, theme);
  drawYTicks(context, scene, theme);
  context.strokeStyle = theme.muted;
  line(context, plot.left, plot.bottom + 0.5, plot.right, plot.bottom + 0.5);
  line(context, plot.left - 0.5, plot.top, plot.left - 0.5, plot.bottom);
  const { xt, ty } = recording.axes;
  context.fillStyle = theme.ink;
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  const middle = (plot.left + plot.right) / 2;
  context.fillText(axisTitle(xt.label, xt.unit), middle, scene.height - 4);
  context.save();
  context.translate(4, (plot.top + plot.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = 'top';
  context.fillText(axisTitle(ty.label, ty.unit), 0, 0);
  context.restore();
}

function axisTitle(label: string, unit: string): string {
  return strings.plane.axis(truncate(label, 40), truncate(unit, 20));
}

function drawXTicks(context: CanvasRenderingContext2D, scene: Scene, theme: Theme): void {
  const { plot, x } = scene;
  const count = Math.max(2, Math.floor((plot.right - plot.left) / 80));
  const text = x.tickFormat(count);
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const value of x.ticks(count)) {
    const at = Math.round(x(value)) + 0.5;
    context.strokeStyle = theme.grid;
    line(context, at, plot.top, at, plot.bottom);
    context.strokeStyle = theme.muted;
    line(context, at, plot.bottom, at, plot.bottom + TICK);
    context.fillStyle = theme.muted;
    context.fillText(text(value), at, plot.bottom + TICK + 3);
  }
}

function drawYTicks(context: CanvasRenderingContext2D, scene: Scene, theme: Theme): void {
  const { plot, y } = scene;
  const count = Math.max(2, Math.floor((plot.bottom - plot.top) / 50));
  const text = y.tickFormat(count);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const value of y.ticks(count)) {
    const at = Math.round(y(value)) + 0.5;
    context.strokeStyle = theme.grid;
    line(context, plot.left, at, plot.right, at);
    context.strokeStyle = theme.muted;
    line(context, plot.left - TICK, at, plot.left, at);
    context.fillStyle = theme.muted;
    context.fillText(text(value), plot.left - TICK - 3, at);
  }
}

function drawCeilings(context: CanvasRenderingContext2D, scene: Scene, theme: Theme): void {
  const { plot, x, y, recording } = scene;
  const { xt, ty } = recording.ceilings;
  context.strokeStyle = theme.muted;
  context.lineWidth = 1;
  context.setLineDash(DASH);
  if (xt !== null) {
    line(context, x(xt), plot.top, x(xt), plot.bottom);
  }
  if (ty !== null) {
    line(context, plot.left, y(ty), plot.right, y(ty));
  }
  context.setLineDash([]);
}

interface CeilingLabel {
  text: string;
  box: Box;
}

/** The names of the ceilings in view: beside the foot of one, at the start of the other. */
function ceilingLabels(context: CanvasRenderingContext2D, scene: Scene): CeilingLabel[] {
  const { plot, x, y, recording } = scene;
  const { ceilings, axes } = recording;
  const labels: CeilingLabel[] = [];
  const add = (text: string, left: number, bottom: number): void => {
    const right = left + context.measureText(text).width;
    labels.push({ text, box: { left, right, top: bottom - LINE_HEIGHT, bottom } });
  };
  const { xt, ty } = ceilings;
  if (xt !== null && x(xt) >= plot.left && x(xt) <= plot.right) {
    const text = strings.plane.xCeiling(ceilingText(xt, axes.xt.unit));
    add(text, x(xt) - 6 - context.measureText(text).width, plot.bottom - 2);
  }
  if (ty !== null && y(ty) >= plot.top && y(ty) <= plot.bottom) {
    add(strings.plane.yCeiling(ceilingText(ty, axes.ty.unit)), plot.left + 6, y(ty) - 1);
  }
  return labels;
}

function drawCeilingLabels(
  context: CanvasRenderingContext2D,
  labels: readonly CeilingLabel[],
  theme: Theme
): void {
  context.fillStyle = theme.muted;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const { text, box } of labels) {
    context.fillText(text, box.left, (box.top + box.bottom) / 2);
  }
}

function ceilingText(value: number, unit: string): string {
  return `${formatNumber(value)} ${truncate(unit, 20)}`.trim();
}

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

function drawGhost(context: CanvasRenderingContext2D, scene: Scene, theme: Theme): void {
  const { ghost, visible, upto, x, y } = scene;
  if (!ghost) {
    return;
  }
  const layers = visible.length;
  const before = predecessors(ghost, layers);
  context.strokeStyle = theme.ghost;
  context.lineWidth = 1.5;
  context.globalAlpha = 0.75;
  context.beginPath();
  for (let i = 0; i < (upto + 1) * layers; i++) {
    if (visible[i % layers] && before[i] >= 0) {
      context.moveTo(x(ghost.xt[before[i]]), y(ghost.ty[before[i]]));
      context.lineTo(x(ghost.xt[i]), y(ghost.ty[i]));
    }
  }
  context.stroke();
  context.globalAlpha = 1;
}

/** Radii of a point, of a layer's marker and of the marker at its end, in pixels. */
const RADIUS = { point: 1.7, marker: 4.2, end: 5.6 };

/** Narrow pictures get smaller marks. */
function markScale({ width }: Scene): number {
  return width < 420 ? 0.75 : 1;
}

/** Markers along a trajectory keep this distance; the points between them are dots. */
const MARKER_DISTANCE = 17;

function markers(count: number, radius: number): Path2D[] {
  return Array.from({ length: count }, (_, layer) => new Path2D(markerPath(layer, radius)));
}

/** Indices of the points that are drawn, epoch after epoch. */
function shownPoints({ coordinates, visible, upto }: Scene): number[] {
  const shown: number[] = [];
  for (let i = 0; i < (upto + 1) * visible.length; i++) {
    if (visible[i % visible.length] && isPresent(coordinates, i)) {
      shown.push(i);
    }
  }
  return shown;
}

function drawTrajectories(
  context: CanvasRenderingContext2D,
  scene: Scene,
  shown: readonly number[]
): void {
  const { coordinates, visible, x, y } = scene;
  const layers = visible.length;
  const before = predecessors(coordinates, layers);
  const shapes = markers(layers, RADIUS.marker * markScale(scene));
  const lastMarker = visible.map(() => ({ x: Infinity, y: Infinity }));
  context.lineWidth = 1.8;
  for (const i of shown) {
    const [px, py] = [x(coordinates.xt[i]), y(coordinates.ty[i])];
    context.strokeStyle = context.fillStyle = scene.colours[Math.floor(i / layers)];
    if (before[i] >= 0) {
      context.globalAlpha = 0.6;
      line(context, x(coordinates.xt[before[i]]), y(coordinates.ty[before[i]]), px, py);
      context.globalAlpha = 1;
    }
    const last = lastMarker[i % layers];
    if (Math.hypot(px - last.x, py - last.y) >= MARKER_DISTANCE) {
      lastMarker[i % layers] = { x: px, y: py };
      fillAt(context, shapes[i % layers], px, py);
    } else {
      context.beginPath();
      context.arc(px, py, RADIUS.point, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

function fillAt(context: CanvasRenderingContext2D, shape: Path2D, x: number, y: number): void {
  context.translate(x, y);
  context.fill(shape);
  context.translate(-x, -y);
}

interface LayerEnd extends Anchor {
  layer: number;
  text: string;
  colour: string;
}

/** The last drawn point of each visible layer that lies within the plot. */
function layerEnds(
  context: CanvasRenderingContext2D,
  { recording, coordinates, colours, plot, x, y }: Scene,
  shown: readonly number[]
): LayerEnd[] {
  const last = new Map(shown.map(i => [i % recording.layers.length, i]));
  return [...last]
    .map(([layer, i]) => {
      const text = truncate(recording.layers[layer], LABEL_LENGTH);
      return {
        layer,
        text,
        x: x(coordinates.xt[i]),
        y: y(coordinates.ty[i]),
        width: context.measureText(text).width,
        colour: colours[Math.floor(i / recording.layers.length)]
      };
    })
    .filter(
      end =>
        end.x >= plot.left && end.x <= plot.right && end.y >= plot.top && end.y <= plot.bottom
    );
}

/** Each trajectory's end: its marker, outlined, and the layer's name. */
function drawEnds(
  context: CanvasRenderingContext2D,
  scene: Scene,
  theme: Theme,
  shown: readonly number[],
  taken: readonly Box[]
): void {
  setFont(context, theme, 600);
  const { coordinates, plot, x, y } = scene;
  const ends = layerEnds(context, scene, shown);
  const marks = shown.flatMap(i => [x(coordinates.xt[i]), y(coordinates.ty[i])]);
  const boxes = placeLabels(ends, marks, taken, plot, LINE_HEIGHT);
  const shapes = markers(scene.visible.length, RADIUS.end * markScale(scene));
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  ends.forEach((end, i) => {
    drawLeader(context, end, boxes[i], theme);
    drawEndMarker(context, end, shapes[end.layer], theme);
  });
  ends.forEach((end, i) => {
    const middle = (boxes[i].top + boxes[i].bottom) / 2;
    // A halo keeps the name readable on top of the marks.
    context.strokeStyle = theme.background;
    context.lineWidth = 4;
    context.strokeText(end.text, boxes[i].left, middle);
    context.fillStyle = theme.ink;
    context.fillText(end.text, boxes[i].left, middle);
  });
}

/** A thin line from a label to its point, where it is not right beside it. */
function drawLeader(
  context: CanvasRenderingContext2D,
  { x, y }: LayerEnd,
  { left, right, top, bottom }: Box,
  theme: Theme
): void {
  const nearX = Math.min(Math.max(x, left), right);
  const nearY = Math.min(Math.max(y, top), bottom);
  if (Math.hypot(nearX - x, nearY - y) > LEADER_FROM) {
    context.strokeStyle = theme.muted;
    context.lineWidth = 0.8;
    line(context, x, y, nearX, nearY);
  }
}

function drawEndMarker(
  context: CanvasRenderingContext2D,
  { x, y, colour }: LayerEnd,
  shape: Path2D,
  theme: Theme
): void {
  context.translate(x, y);
  context.strokeStyle = theme.background;
  context.lineWidth = 3;
  context.stroke(shape);
  context.fillStyle = colour;
  context.fill(shape);
  context.strokeStyle = theme.ink;
  context.lineWidth = 1;
  context.stroke(shape);
  context.translate(-x, -y);
}

/** The point being read: ringed, and joined to the other layers at its epoch. */
function drawFocus(context: CanvasRenderingContext2D, scene: Scene, theme: Theme): void {
  const { focus, coordinates, visible, plot, x, y } = scene;
  if (!focus) {
    return;
  }
  const first = focus.epoch * visible.length;
  const shown = visible
    .map((_, layer) => first + layer)
    .filter((i, layer) => visible[layer] && isPresent(coordinates, i));
  context.strokeStyle = theme.ink;
  inPlot(context, plot, () => {
    context.lineWidth = 1;
    context.beginPath();
    shown.forEach(i => context.lineTo(x(coordinates.xt[i]), y(coordinates.ty[i])));
    context.stroke();
  });
  const i = first + focus.layer;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x(coordinates.xt[i]), y(coordinates.ty[i]), 8, 0, 2 * Math.PI);
  context.stroke();
}
