import type { Box } from './labels';
import type { Tracer } from './markers';
import type { Scene } from './scene';
import type { Theme } from './theme';

type Context = CanvasRenderingContext2D;

/** What draws: as much of a canvas's context as pictures here use, so that an SVG can be drawn too. */
export interface Pen
  extends
    Tracer,
    Pick<Context, 'beginPath' | 'rect' | 'fillRect' | 'save' | 'restore' | 'translate' | 'rotate'>,
    Pick<
      Context,
      'lineWidth' | 'lineJoin' | 'globalAlpha' | 'font' | 'textAlign' | 'textBaseline'
    > {
  fillStyle: Context['fillStyle'];
  strokeStyle: Context['strokeStyle'];
  fill(): void;
  stroke(): void;
  clip(): void;
  fillText(text: string, x: number, y: number): void;
  strokeText(text: string, x: number, y: number): void;
  measureText(text: string): { width: number };
  setLineDash(dash: readonly number[]): void;
}

const FONT_SIZE = 12;

/** Height of a line of text, in pixels. */
export const LINE_HEIGHT = 16;

export function setFont(pen: Pen, theme: Theme, weight = 400, size = FONT_SIZE): void {
  pen.font = `${weight} ${size}px ${theme.font}`;
}

/** A straight line in the stroke that is set. */
export function line(pen: Pen, x1: number, y1: number, x2: number, y2: number): void {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

/** A text with a halo, which keeps it readable on top of marks. */
export function fillTextOver(
  pen: Pen,
  text: string,
  x: number,
  y: number,
  colour: string,
  theme: Theme
): void {
  pen.strokeStyle = theme.background;
  pen.lineWidth = 4;
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
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
export const RADIUS = { point: 1.5, marker: 3.9, end: 5.6 };

/** Narrow pictures get smaller marks. */
export function markScale({ width }: Scene): number {
  return width < 420 ? 0.75 : 1;
}
