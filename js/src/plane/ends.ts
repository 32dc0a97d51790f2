import { truncate } from '../format';
import { Anchor, Box, placeLabels } from './labels';
import { traceMarker } from './markers';
import { fillTextOver, line, LINE_HEIGHT, markScale, Pen, RADIUS, setFont } from './pen';
import type { Scene } from './scene';
import type { Theme } from './theme';

const LABEL_LENGTH = 24;
/** Size of names in narrow pictures, in pixels. */
const SMALL_FONT = 10;

/** A label farther from its point than this gets a line to it, in pixels. */
const LEADER_FROM = 14;

interface LayerEnd extends Anchor {
  layer: number;
  text: string;
  colour: string;
  /** Whether something speaks against it. */
  doubted: boolean;
}

/** The last drawn point of each visible layer that lies within the plot. */
function layerEnds(
  pen: Pen,
  { recording, coordinates, colours, doubts, plot, x, y }: Scene,
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
        width: pen.measureText(text).width,
        colour: colours[Math.floor(i / recording.layers.length)],
        doubted: doubts.has(i)
      };
    })
    .filter(
      end => end.x >= plot.left && end.x <= plot.right && end.y >= plot.top && end.y <= plot.bottom
    );
}

/**
 * Each trajectory's end: its marker, outlined, and the layer's name.
 *
 * @param taken Where other text stands.
 */
export function drawEnds(
  pen: Pen,
  scene: Scene,
  theme: Theme,
  shown: readonly number[],
  taken: readonly Box[]
): void {
  const small = markScale(scene) < 1;
  setFont(pen, theme, 600, small ? SMALL_FONT : undefined);
  const { coordinates, plot, x, y } = scene;
  const ends = layerEnds(pen, scene, shown);
  const marks = shown.flatMap(i => [x(coordinates.xt[i]), y(coordinates.ty[i])]);
  const boxes = placeLabels(
    ends,
    marks,
    [...taken, ...ends.map(markBox)],
    plot,
    small ? LINE_HEIGHT - 3 : LINE_HEIGHT
  );
  const radius = RADIUS.end * markScale(scene);
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  pen.lineJoin = 'round';
  ends.forEach((end, i) => {
    drawLeader(pen, end, boxes[i], theme);
    drawEndMarker(pen, end, radius, theme);
  });
  ends.forEach((end, i) => {
    const middle = (boxes[i].top + boxes[i].bottom) / 2;
    fillTextOver(pen, end.text, boxes[i].left, middle, theme.ink, theme);
  });
}

/** A thin line from a label to its point, where it is not right beside it. */
function drawLeader(
  pen: Pen,
  { x, y }: LayerEnd,
  { left, right, top, bottom }: Box,
  theme: Theme
): void {
  const nearX = Math.min(Math.max(x, left), right);
  const nearY = Math.min(Math.max(y, top), bottom);
  if (Math.hypot(nearX - x, nearY - y) > LEADER_FROM) {
    pen.strokeStyle = theme.muted;
    pen.lineWidth = 0.8;
    line(pen, x, y, nearX, nearY);
  }
}

function drawEndMarker(pen: Pen, end: LayerEnd, radius: number, theme: Theme): void {
  const { x, y, layer, colour, doubted } = end;
  pen.beginPath();
  traceMarker(pen, layer, radius, x, y);
  pen.strokeStyle = theme.background;
  pen.lineWidth = 4;
  pen.stroke();
  pen.fillStyle = doubted ? theme.background : colour;
  pen.fill();
  pen.strokeStyle = doubted ? colour : theme.ink;
  pen.lineWidth = doubted ? 2 : 1;
  pen.stroke();
}

/** The place an end's marker takes, which no label may cover. */
function markBox({ x, y }: Anchor): Box {
  return {
    left: x - RADIUS.end,
    right: x + RADIUS.end,
    top: y - RADIUS.end,
    bottom: y + RADIUS.end
  };
}
