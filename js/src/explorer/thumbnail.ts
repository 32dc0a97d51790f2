import { scaleLinear } from 'd3-scale';

import { css, epochColour } from '../plane/colours';
import type { Coordinates } from '../plane/curve';
import { isPresent } from '../plane/points';
import { epochFractions, type Limits } from '../plane/scales';
import type { Theme } from '../plane/theme';

const MARGIN = 5;
const END_RADIUS = 2.6;

/** What a thumbnail shows. */
export interface Miniature {
  coordinates: Coordinates;
  epochs: readonly number[];
  layers: number;
  limits: Limits;
}

/** Draw trajectories without axes into a canvas of `width` x `height` CSS pixels. */
export function drawThumbnail(
  canvas: HTMLCanvasElement,
  { coordinates, epochs, layers, limits }: Miniature,
  theme: Theme,
  [width, height]: readonly [number, number]
): void {
  const pen = canvas.getContext('2d');
  const ratio = window.devicePixelRatio || 1;
  if (!pen || !width) {
    return;
  }
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.lineWidth = 1.1;
  const x = scaleLinear(limits.xt, [MARGIN, width - MARGIN]);
  const y = scaleLinear(limits.ty, [height - MARGIN, MARGIN]);
  const at = (i: number): [number, number] => [x(coordinates.xt[i]), y(coordinates.ty[i])];
  const colours = epochFractions(epochs).map(share => css(epochColour(share, theme.light)));
  const last: number[] = [];
  for (let epoch = 0; epoch < epochs.length; epoch++) {
    pen.strokeStyle = colours[epoch];
    pen.beginPath();
    for (let layer = 0; layer < layers; layer++) {
      const i = epoch * layers + layer;
      if (isPresent(coordinates, i)) {
        if (last[layer] !== undefined) {
          pen.moveTo(...at(last[layer]));
          pen.lineTo(...at(i));
        }
        last[layer] = i;
      }
    }
    pen.stroke();
  }
  drawEnds(pen, last, at, theme, colours[colours.length - 1]);
}

function drawEnds(
  pen: CanvasRenderingContext2D,
  last: readonly number[],
  at: (i: number) => [number, number],
  theme: Theme,
  colour: string
): void {
  pen.fillStyle = colour;
  pen.strokeStyle = theme.ink;
  pen.lineWidth = 0.8;
  last.filter(Number.isInteger).forEach(i => {
    pen.beginPath();
    pen.arc(...at(i), END_RADIUS, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
  });
}
