import type { Box } from './labels';
import { markerPath } from './markers';
import type { Scene } from './scene';
import type { Theme } from './theme';

/** What draws: the canvas's own context. */
export type Pen = CanvasRenderingContext2D;

const FONT_SIZE = 12;

/** Height of a line of text, in pixels. */
export const LINE_HEIGHT = 16;

export function setFont(pen: Pen, theme: Theme, weight = 400): void {
  pen.font = `${weight} ${FONT_SIZE}px ${theme.font}`;
}

/** A straight line in the stroke that is set. */
export function line(pen: Pen, x1: number, y1: number, x2: number, y2: number): void {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

/** Paint within the plot only. */
export function inPlot(pen: Pen, plot: Box, paint: () => void): void {
  pen.save();
  pen.beginPath();
  pen.rect(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
  pen.clip();
  paint();
  pen.restore();
}

/** Radii of a point, of a layer's marker and of the marker at its end, in pixels. */
export const RADIUS = { point: 1.7, marker: 4.2, end: 5.6 };

/** Narrow pictures get smaller marks. */
export function markScale({ width }: Scene): number {
  return width < 420 ? 0.75 : 1;
}

/** The marker of each of `count` layers. */
export function markers(count: number, radius: number): Path2D[] {
  return Array.from({ length: count }, (_, layer) => new Path2D(markerPath(layer, radius)));
}

/** Fill a shape made around the origin. */
export function fillAt(pen: Pen, shape: Path2D, x: number, y: number): void {
  pen.translate(x, y);
  pen.fill(shape);
  pen.translate(-x, -y);
}
