import { truncate } from '../format';
import { strings } from '../strings';
import type { Choices, PlaneContent } from './content';
import { draw } from './draw';
import { doubtsOf, makeScene, MARGIN } from './frame';
import type { Box } from './labels';
import { traceMarker } from './markers';
import { line, Pen, setFont } from './pen';
import { epochTicks, Limits } from './scales';
import type { Scene } from './scene';
import type { Theme } from './theme';

/** How a figure is drawn: on white paper, whatever the screen's theme. */
export const PAPER: Theme = {
  light: true,
  background: 'rgb(255, 255, 255)',
  ink: '#111111',
  muted: '#4a4a4a',
  grid: '#ececec',
  ghost: '#8c8c8c',
  font: "Helvetica, Arial, 'DejaVu Sans', sans-serif"
};

/**
 * Sizes in font-independent pixels: twelve of them are seven points at the printed width, which has
 * 300 pixels in an inch. A slide has no width in millimetres.
 */
export const SIZES = {
  column: { width: 440, millimetres: 89, pixels: 1051, shape: 0.8 },
  page: { width: 900, millimetres: 183, pixels: 2161, shape: 0.62 },
  slide: { width: 960, millimetres: null, pixels: 1920, shape: 0.44 }
} as const;

export type SizeName = keyof typeof SIZES;

const TEXT = { title: 13, legend: 11, note: 10 };
const ROW = 17;
/** Room right of the plot for the epoch bar: gap, bar, ticks and name. */
const BAR = { gap: 14, width: 11, room: 72 };
const EDGE = 14;

/** A figure laid out, ready to be drawn. */
export interface Figure {
  width: number;
  height: number;
  paint(pen: Pen): void;
}

/**
 * The whole figure a content makes: title, plot, epoch bar, legend and the line of settings.
 *
 * @param view What part of the plane is shown, as the reader zoomed.
 * @param pen Measures texts.
 */
export function layOut(
  content: PlaneContent,
  choices: Choices,
  view: Limits,
  size: SizeName,
  pen: Pen
): Figure {
  const { width, shape } = SIZES[size];
  const room = width - 2 * EDGE;
  setFont(pen, PAPER, 600, TEXT.title);
  const title = wrapped(pen, content.heading, room);
  setFont(pen, PAPER, 400, TEXT.note);
  const settings = wrapped(pen, content.provenance, room);
  const keys = legendRows(pen, content, choices, room);
  const top = EDGE + title.length * ROW + 8;
  const right = width - BAR.room;
  const plot = { left: MARGIN.left, right, top, bottom: top + (right - MARGIN.left) * shape };
  const legendTop = plot.bottom + MARGIN.bottom + 6;
  const settingsTop = legendTop + keys.length * ROW + 4;
  const height = Math.ceil(settingsTop + settings.length * (TEXT.note + 4) + EDGE - 4);
  const shown = { ...content, limits: view };
  const scene = makeScene(shown, choices, { width, height }, plot, true);
  return {
    width,
    height,
    paint: target => {
      draw(target, scene, PAPER);
      drawLines(target, title, EDGE, ROW, [600, TEXT.title], PAPER.ink);
      drawEpochBar(target, scene);
      keys.forEach((row, i) => drawKeys(target, row, legendTop + i * ROW));
      drawLines(target, settings, settingsTop, TEXT.note + 4, [400, TEXT.note], PAPER.muted);
    }
  };
}

function drawLines(
  pen: Pen,
  lines: readonly string[],
  top: number,
  height: number,
  [weight, size]: readonly [number, number],
  colour: string
): void {
  setFont(pen, PAPER, weight, size);
  pen.fillStyle = colour;
  pen.textAlign = 'left';
  pen.textBaseline = 'top';
  lines.forEach((text, i) => pen.fillText(text, EDGE, top + i * height));
}

/** A text broken at spaces into lines that fit; a longer word is cut. */
export function wrapped(pen: Pen, text: string, room: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(/\s+/)) {
    const longer = current ? `${current} ${word}` : word;
    if (current && pen.measureText(longer).width > room) {
      lines.push(current);
      current = truncate(word, 60);
    } else {
      current = truncate(longer, 400);
    }
  }
  return current ? [...lines, current] : lines;
}

/** An entry of the legend: a mark and its meaning. */
interface Key {
  text: string;
  left: number;
  draw(pen: Pen, x: number, y: number): void;
}

const KEY = { mark: 16, gap: 16 };

function legendRows(pen: Pen, content: PlaneContent, choices: Choices, room: number): Key[][] {
  setFont(pen, PAPER, 400, TEXT.legend);
  const rows: Key[][] = [[]];
  let left = 0;
  for (const key of keysOf(content, choices)) {
    const width = KEY.mark + pen.measureText(key.text).width;
    if (left > 0 && left + width > room) {
      rows.push([]);
      left = 0;
    }
    rows[rows.length - 1].push({ ...key, left: EDGE + left });
    left += width + KEY.gap;
  }
  return rows;
}

function keysOf(content: PlaneContent, choices: Choices): Omit<Key, 'left'>[] {
  const keys = content.recording.layers
    .map((name, layer) => ({ text: truncate(name, 24), draw: marker(layer, true), layer }))
    .filter(({ layer }) => choices.visible[layer]);
  const { spread } = content.coordinates;
  const open = { text: strings.plane.openMark, draw: marker(0, false) };
  const band = { text: spread ? strings.plane.bandMark[spread.over] : '', draw: drawBandKey };
  return [
    ...keys,
    ...(doubtsOf(content).count(choices.upto, choices.visible).points ? [open] : []),
    ...(spread && choices.band ? [band] : []),
    ...(content.ghost ? [{ text: strings.plane.ghostMark, draw: drawGhostKey }] : [])
  ];
}

function marker(layer: number, filled: boolean): Key['draw'] {
  return (pen, x, y) => {
    pen.beginPath();
    traceMarker(pen, layer, 4, x, y);
    pen.fillStyle = filled ? PAPER.ink : PAPER.background;
    pen.fill();
    pen.strokeStyle = PAPER.ink;
    pen.lineWidth = 1;
    pen.stroke();
  };
}

function drawBandKey(pen: Pen, x: number, y: number): void {
  pen.fillStyle = PAPER.muted;
  pen.globalAlpha = 0.25;
  pen.fillRect(x - 6, y - 5, 12, 10);
  pen.globalAlpha = 1;
}

function drawGhostKey(pen: Pen, x: number, y: number): void {
  pen.strokeStyle = PAPER.ghost;
  pen.lineWidth = 1;
  line(pen, x - 6, y, x + 6, y);
}

function drawKeys(pen: Pen, keys: readonly Key[], top: number): void {
  setFont(pen, PAPER, 400, TEXT.legend);
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  for (const { text, left, draw: mark } of keys) {
    mark(pen, left + 5, top + ROW / 2);
    pen.fillStyle = PAPER.ink;
    pen.fillText(text, left + KEY.mark, top + ROW / 2);
  }
}

/** The colour of every epoch, upwards, with labelled ticks. */
function drawEpochBar(pen: Pen, { plot, colours, recording, upto }: Scene): void {
  if (colours.length < 2) {
    return;
  }
  const bar: Box = { ...plot, left: plot.right + BAR.gap, right: plot.right + BAR.gap + BAR.width };
  const step = (bar.bottom - bar.top) / (upto + 1);
  for (let i = 0; i <= upto; i++) {
    pen.fillStyle = colours[i];
    // A little over the next one's place, so that no seam shows.
    const over = i < upto ? 1 : 0;
    pen.fillRect(bar.left, bar.bottom - (i + 1) * step - over, BAR.width, step + over);
  }
  setFont(pen, PAPER, 400, TEXT.note);
  pen.strokeStyle = PAPER.muted;
  pen.fillStyle = PAPER.muted;
  pen.lineWidth = 1;
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  for (const { epoch, at } of epochTicks(recording.epochs.slice(0, upto + 1), 0.06)) {
    const y = bar.bottom - at * (bar.bottom - bar.top);
    line(pen, bar.right, y, bar.right + 3, y);
    pen.fillText(String(epoch), bar.right + 6, y);
  }
  pen.fillStyle = PAPER.ink;
  pen.textAlign = 'left';
  pen.textBaseline = 'bottom';
  pen.fillText(strings.plane.epoch, bar.left, bar.top - 6);
}
