import { truncate } from '../format';
import { strings } from '../strings';
import { line, Pen, setFont } from './pen';
import type { Scene } from './scene';
import type { Theme } from './theme';

/** Length of a tick, in pixels. */
const TICK = 5;
/** Where the axes' names end below the plot and begin left of it, in pixels. */
const TITLE = { below: 40, left: 58 };

/** Grid, ticks, axis lines and the names of both coordinates with their units. */
export function drawAxes(pen: Pen, scene: Scene, theme: Theme): void {
  const { plot, recording } = scene;
  setFont(pen, theme);
  pen.lineWidth = 1;
  drawXTicks(pen, scene, theme);
  drawYTicks(pen, scene, theme);
  pen.strokeStyle = theme.muted;
  line(pen, plot.left, plot.bottom + 0.5, plot.right, plot.bottom + 0.5);
  line(pen, plot.left - 0.5, plot.top, plot.left - 0.5, plot.bottom);
  const { xt, ty } = recording.axes;
  pen.fillStyle = theme.ink;
  pen.textAlign = 'center';
  pen.textBaseline = 'bottom';
  const middle = (plot.left + plot.right) / 2;
  pen.fillText(axisTitle(xt.label, xt.unit), middle, plot.bottom + TITLE.below);
  pen.save();
  pen.translate(plot.left - TITLE.left, (plot.top + plot.bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.textBaseline = 'top';
  pen.fillText(axisTitle(ty.label, ty.unit), 0, 0);
  pen.restore();
}

function axisTitle(label: string, unit: string): string {
  return strings.plane.axis(truncate(label, 40), truncate(unit, 20));
}

function drawXTicks(pen: Pen, scene: Scene, theme: Theme): void {
  const { plot, x } = scene;
  const count = Math.max(2, Math.floor((plot.right - plot.left) / 80));
  const text = x.tickFormat(count);
  pen.textAlign = 'center';
  pen.textBaseline = 'top';
  for (const value of x.ticks(count)) {
    const at = Math.round(x(value)) + 0.5;
    drawGridLine(pen, theme, at, plot.top, at, plot.bottom);
    pen.strokeStyle = theme.muted;
    line(pen, at, plot.bottom, at, plot.bottom + TICK);
    pen.fillStyle = theme.muted;
    pen.fillText(text(value), at, plot.bottom + TICK + 3);
  }
}

function drawYTicks(pen: Pen, scene: Scene, theme: Theme): void {
  const { plot, y } = scene;
  const count = Math.max(2, Math.floor((plot.bottom - plot.top) / 50));
  const text = y.tickFormat(count);
  pen.textAlign = 'right';
  pen.textBaseline = 'middle';
  for (const value of y.ticks(count)) {
    const at = Math.round(y(value)) + 0.5;
    drawGridLine(pen, theme, plot.left, at, plot.right, at);
    pen.strokeStyle = theme.muted;
    line(pen, plot.left - TICK, at, plot.left, at);
    pen.fillStyle = theme.muted;
    pen.fillText(text(value), plot.left - TICK - 3, at);
  }
}

function drawGridLine(pen: Pen, theme: Theme, ...ends: [number, number, number, number]): void {
  // Dark themes' lines stand out more than light ones'.
  pen.globalAlpha = theme.light ? 1 : 0.55;
  pen.strokeStyle = theme.grid;
  line(pen, ...ends);
  pen.globalAlpha = 1;
}
