import { scaleLinear } from 'd3-scale';

import { css, epochColour } from './colours';
import type { Choices, PlaneContent } from './content';
import type { Coordinates } from './curve';
import { Doubts } from './doubts';
import type { Box } from './labels';
import { epochFractions, type Range } from './scales';
import type { Scene } from './scene';

/** Room around the plot for ticks and names, in pixels. */
export const MARGIN = { left: 62, right: 14, top: 18, bottom: 46 };

/** The plot's place in a picture of this size. */
export function plotIn(width: number, height: number): Box {
  return {
    left: MARGIN.left,
    right: Math.max(width - MARGIN.right, MARGIN.left + 1),
    top: MARGIN.top,
    bottom: Math.max(height - MARGIN.bottom, MARGIN.top + 1)
  };
}

/**
 * One CSS colour an epoch, for a light or a dark background.
 *
 * @param span First and last epoch of the colours; the epochs' own where there is none.
 */
export function epochColours(epochs: readonly number[], light: boolean, span?: Range): string[] {
  return epochFractions(epochs, span).map(fraction => css(epochColour(fraction, light)));
}

/** Everything one picture shows of a content; nobody is reading a point of it yet. */
export function makeScene(
  content: PlaneContent,
  choices: Choices,
  size: { width: number; height: number },
  plot: Box,
  light: boolean
): Scene {
  const { recording, coordinates, ghost, limits, span } = content;
  return {
    ...size,
    ...choices,
    plot,
    recording,
    coordinates,
    ghost,
    doubts: doubtsOf(content),
    colours: epochColours(recording.epochs, light, span),
    x: scaleLinear(limits.xt, [plot.left, plot.right]),
    y: scaleLinear(limits.ty, [plot.bottom, plot.top]),
    focus: null
  };
}

const known = new WeakMap<Coordinates, Doubts>();

/** What speaks against a content's points; found out once. */
export function doubtsOf({ recording, coordinates }: PlaneContent): Doubts {
  const doubts = known.get(coordinates) ?? new Doubts(recording, coordinates);
  known.set(coordinates, doubts);
  return doubts;
}
