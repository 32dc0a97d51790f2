import type { ScaleLinear } from 'd3-scale';

import type { Coordinates } from './curve';
import type { Recording } from './document';
import type { Doubts } from './doubts';
import type { Box } from './labels';
import { isPresent, Point } from './points';

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
  /** What speaks against the points. */
  doubts: Doubts;
  /** Whether the spread is drawn, where there is one. */
  band: boolean;
  visible: readonly boolean[];
  /** Index of the last epoch that is shown. */
  upto: number;
  /** One CSS colour an epoch. */
  colours: readonly string[];
  /** The point being read. */
  focus: Point | null;
}

/** Indices of the points that are drawn, epoch after epoch. */
export function shownPoints({ coordinates, visible, upto }: Scene): number[] {
  const shown: number[] = [];
  for (let i = 0; i < (upto + 1) * visible.length; i++) {
    if (visible[i % visible.length] && isPresent(coordinates, i)) {
      shown.push(i);
    }
  }
  return shown;
}
