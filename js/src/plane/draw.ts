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
const LABEL_LENGTH = 24;
const TICK = 5;
const DASH = [5, 4];

/** Paint a scene; pure but for the canvas. */
export function draw(context: CanvasRenderingContext2D, scene: Scene, theme: Theme): void {
  context.fillStyle = theme.background;
  context.fillRect(0, 0, scene.width, scene.height);
  drawAxes(context, scene, theme);
  inPlot(context, scene.plot, () => {
    drawCeilings(context, scene, theme);
    drawGhost(context, scene, theme);
    drawTrajectories(context, scene);
  });
  drawLabels(context, scene, theme);
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
  setFont(context, theme);
  context.strokeStyle = theme.muted;
  context.fillStyle = theme.muted;
  context.setLineDash(DASH);
  context.textBaseline = 'bottom';
  if (xt !== null) {
    line(context, x(xt), plot.top, x(xt), plot.bottom);
    context.textAlign = 'right';
    const text = strings.plane.xCeiling(ceilingText(xt, recording.axes.xt.unit));
    context.fillText(text, x(xt) - 5, plot.bottom - 4);
  }
  if (ty !== null) {
    line(context, plot.left, y(ty), plot.right, y(ty));
    context.textAlign = 'left';
    const text = strings.plane.yCeiling(ceilingText(ty, recording.axes.ty.unit));
    context.fillText(text, plot.left + 6, y(ty) - 3);
  }
  context.setLineDash([]);
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

/** Many epochs need smaller marks. */
function markerRadius(epochs: number): number {
  return epochs <= 40 ? 4.2 : epochs <= 120 ? 3.4 : 2.8;
}

function drawTrajectories(context: CanvasRenderingContext2D, scene: Scene): void {
  const { coordinates, visible, upto, x, y } = scene;
  const radius = markerRadius(scene.recording.epochs.length);
  const layers = visible.length;
  const markers = visible.map((_, layer) => new Path2D(markerPath(layer, radius)));
  const before = predecessors(coordinates, layers);
  context.lineWidth = 1.4;
  for (let i = 0; i < (upto + 1) * layers; i++) {
    if (!visible[i % layers] || !isPresent(coordinates, i)) {
      continue;
    }
    const colour = scene.colours[Math.floor(i / layers)];
    const [px, py] = [x(coordinates.xt[i]), y(coordinates.ty[i])];
    if (before[i] >= 0) {
      context.strokeStyle = colour;
      context.globalAlpha = 0.55;
      line(context, x(coordinates.xt[before[i]]), y(coordinates.ty[before[i]]), px, py);
      context.globalAlpha = 1;
    }
    drawMarker(context, markers[i % layers], px, py, colour);
  }
}

function drawMarker(
  context: CanvasRenderingContext2D,
  marker: Path2D,
  x: number,
  y: number,
  colour: string
): void {
  context.fillStyle = colour;
  context.translate(x, y);
  context.fill(marker);
  context.translate(-x, -y);
}

interface LayerEnd extends Anchor {
  text: string;
}

/** The last drawn point of each visible layer that lies within the plot. */
function layerEnds(context: CanvasRenderingContext2D, scene: Scene): LayerEnd[] {
  const { recording, coordinates, visible, upto, plot, x, y } = scene;
  const ends: LayerEnd[] = [];
  recording.layers.forEach((name, layer) => {
    let i = upto * visible.length + layer;
    while (i >= 0 && !isPresent(coordinates, i)) {
      i -= visible.length;
    }
    if (!visible[layer] || i < 0) {
      return;
    }
    const at = { x: x(coordinates.xt[i]), y: y(coordinates.ty[i]) };
    const inside =
      at.x >= plot.left && at.x <= plot.right && at.y >= plot.top && at.y <= plot.bottom;
    if (inside) {
      const text = truncate(name, LABEL_LENGTH);
      ends.push({ ...at, text, width: context.measureText(text).width });
    }
  });
  return ends;
}

function drawLabels(context: CanvasRenderingContext2D, scene: Scene, theme: Theme): void {
  setFont(context, theme, 600);
  const ends = layerEnds(context, scene);
  const places = placeLabels(ends, scene.plot, FONT_SIZE + 4);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  ends.forEach((end, i) => {
    const { x, y } = places[i];
    const near = x > end.x ? x - 2 : x + end.width + 2;
    context.strokeStyle = theme.muted;
    context.lineWidth = 0.8;
    line(context, end.x, end.y, near, y);
    // A halo keeps the name readable on top of the marks.
    context.strokeStyle = theme.background;
    context.lineWidth = 4;
    context.strokeText(end.text, x, y);
    context.fillStyle = theme.ink;
    context.fillText(end.text, x, y);
  });
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
