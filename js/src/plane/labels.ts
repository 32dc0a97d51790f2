/** A label's wish: beside this point, so wide. */
export interface Anchor {
  x: number;
  y: number;
  width: number;
}

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Where a label's text starts, and its middle line. */
export interface Place {
  x: number;
  y: number;
}

/** Distance between a point and its label. */
const GAP = 10;

/**
 * Place labels beside their points so that no two overlap and none leaves the box.
 *
 * Each goes to the right of its point, or to the left where the box ends; those on one side are
 * pushed apart downwards, then back up as far as the box's end demands.
 */
export function placeLabels(anchors: readonly Anchor[], box: Box, lineHeight: number): Place[] {
  const places = anchors.map(({ x, y, width }) => ({
    x: x + GAP + width <= box.right ? x + GAP : Math.max(box.left, x - GAP - width),
    y
  }));
  const order = places.map((_, i) => i).sort((a, b) => places[a].y - places[b].y);
  const half = lineHeight / 2;
  pushApart(order, places, anchors, lineHeight, box.top + half);
  if (order.length && places[order[order.length - 1]].y > box.bottom - half) {
    pullBack(order, places, anchors, lineHeight, box.bottom - half);
  }
  return places;
}

function pushApart(
  order: number[],
  places: Place[],
  anchors: readonly Anchor[],
  lineHeight: number,
  top: number
): void {
  order.forEach((i, rank) => {
    const above = order.slice(0, rank).filter(other => overlapInX(i, other, places, anchors));
    const least = Math.max(top, ...above.map(other => places[other].y + lineHeight));
    places[i].y = Math.max(places[i].y, least);
  });
}

function pullBack(
  order: number[],
  places: Place[],
  anchors: readonly Anchor[],
  lineHeight: number,
  bottom: number
): void {
  [...order].reverse().forEach((i, rank, reversed) => {
    const below = reversed.slice(0, rank).filter(other => overlapInX(i, other, places, anchors));
    const most = Math.min(bottom, ...below.map(other => places[other].y - lineHeight));
    places[i].y = Math.min(places[i].y, most);
  });
}

function overlapInX(
  one: number,
  other: number,
  places: readonly Place[],
  anchors: readonly Anchor[]
): boolean {
  return (
    places[one].x < places[other].x + anchors[other].width &&
    places[other].x < places[one].x + anchors[one].width
  );
}
