import { formatNumber, truncate } from '../format';
import { strings } from '../strings';
import type { Box } from './labels';
import { fillTextOver, line, LINE_HEIGHT, Pen } from './pen';
import type { Scene } from './scene';
import type { Theme } from './theme';

const DASH = [5, 4];

/** What no estimate can truly exceed: log2 of the number of samples, and the label's entropy. */
export function drawCeilings(pen: Pen, scene: Scene, theme: Theme): void {
  const { plot, x, y, recording } = scene;
  const { xt, ty } = recording.ceilings;
  pen.strokeStyle = theme.muted;
  pen.lineWidth = 1;
  pen.setLineDash(DASH);
  if (xt !== null) {
    line(pen, x(xt), plot.top, x(xt), plot.bottom);
  }
  if (ty !== null) {
    line(pen, plot.left, y(ty), plot.right, y(ty));
  }
  pen.setLineDash([]);
}

/** The name of a ceiling and its place. */
export interface CeilingLabel {
  text: string;
  box: Box;
}

/** The names of the ceilings in view: beside the foot of one, at the start of the other. */
export function ceilingLabels(pen: Pen, scene: Scene): CeilingLabel[] {
  const { plot, x, y, recording } = scene;
  const { ceilings, axes } = recording;
  const labels: CeilingLabel[] = [];
  const add = (text: string, left: number, bottom: number): void => {
    const right = left + pen.measureText(text).width;
    labels.push({ text, box: { left, right, top: bottom - LINE_HEIGHT, bottom } });
  };
  const { xt, ty } = ceilings;
  if (xt !== null && x(xt) >= plot.left && x(xt) <= plot.right) {
    const text = strings.plane.ceilings.xt(ceilingText(xt, axes.xt.unit));
    add(text, x(xt) - 6 - pen.measureText(text).width, plot.bottom - 2);
  }
  if (ty !== null && y(ty) >= plot.top && y(ty) <= plot.bottom) {
    add(strings.plane.ceilings.ty(ceilingText(ty, axes.ty.unit)), plot.left + 6, y(ty) - 1);
  }
  return labels;
}

export function drawCeilingLabels(pen: Pen, labels: readonly CeilingLabel[], theme: Theme): void {
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  pen.lineJoin = 'round';
  for (const { text, box } of labels) {
    fillTextOver(pen, text, box.left, (box.top + box.bottom) / 2, theme.muted, theme);
  }
}

function ceilingText(value: number, unit: string): string {
  return `${formatNumber(value)} ${truncate(unit, 20)}`.trim();
}
