import type { Coordinates } from './curve';

/** One point of a plane, by its indices. */
export interface Point {
  epoch: number;
  layer: number;
}

/** A point's place in the row-major (epochs, layers) arrays. */
export function offset({ epoch, layer }: Point, layers: number): number {
  return epoch * layers + layer;
}

export function isPresent({ xt, ty }: Coordinates, i: number): boolean {
  return Number.isFinite(xt[i]) && Number.isFinite(ty[i]);
}

/** How much of a plane cannot be drawn because a coordinate is missing. */
export interface Missing {
  /** Epochs without any value: not estimated, or not yet. */
  epochs: number;
  /** Missing points of the other epochs. */
  points: number;
}

export function countMissing(coordinates: Coordinates, layers: number): Missing {
  const missing = { epochs: 0, points: 0 };
  for (let first = 0; first < coordinates.xt.length; first += layers) {
    let ofEpoch = 0;
    for (let i = first; i < first + layers; i++) {
      ofEpoch += isPresent(coordinates, i) ? 0 : 1;
    }
    if (ofEpoch === layers) {
      missing.epochs++;
    } else {
      missing.points += ofEpoch;
    }
  }
  return missing;
}

/** Every point that is drawn: present, of a visible layer, up to an epoch. */
export function* drawnPoints(
  coordinates: Coordinates,
  visible: readonly boolean[],
  upto: number
): Generator<Point> {
  for (let epoch = 0; epoch <= upto; epoch++) {
    for (let layer = 0; layer < visible.length; layer++) {
      if (visible[layer] && isPresent(coordinates, epoch * visible.length + layer)) {
        yield { epoch, layer };
      }
    }
  }
}

/**
 * The point nearest to a place, or null where none is within reach.
 *
 * @param distance Distance of a point from that place.
 */
export function nearestPoint(
  points: Iterable<Point>,
  distance: (point: Point) => number,
  reach: number
): Point | null {
  let best: Point | null = null;
  let least = reach;
  for (const point of points) {
    const away = distance(point);
    if (away <= least) {
      best = point;
      least = away;
    }
  }
  return best;
}

/**
 * The next drawn point from `from` in a direction, or `from` itself where there is none.
 *
 * @param step Epochs and layers to go at a time.
 */
export function stepPoint(
  from: Point,
  step: Point,
  coordinates: Coordinates,
  visible: readonly boolean[],
  upto: number
): Point {
  let epoch = from.epoch + step.epoch;
  let layer = from.layer + step.layer;
  while (epoch >= 0 && epoch <= upto && layer >= 0 && layer < visible.length) {
    if (visible[layer] && isPresent(coordinates, epoch * visible.length + layer)) {
      return { epoch, layer };
    }
    epoch += step.epoch;
    layer += step.layer;
  }
  return from;
}
