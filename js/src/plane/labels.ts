/** A label's wish: near this point, so wide. */
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

/** Distances from the point at which a place is tried, in pixels. */
const DISTANCES = [9, 22, 38, 56, 78, 104];
/** Directions in which a place is tried; the first is best, to the right. */
const DIRECTIONS = 12;

/**
 * What a place costs: over another label, over a mark, a pixel away from its point. Covering a few
 * marks is better than standing far away among another layer's.
 */
const COST = { label: 400, mark: 3, marksAtMost: 36, distance: 0.8 };

/**
 * Place labels near their points, where they cover neither marks nor each other.
 *
 * Every label in turn takes the cheapest of some places around its point. All places lie in
 * `bounds` as long as any does.
 *
 * @param marks Places of the marks, as x, y, x, y, ...
 * @param taken Where other text stands.
 * @returns One box a label.
 */
export function placeLabels(
  anchors: readonly Anchor[],
  marks: readonly number[],
  taken: readonly Box[],
  bounds: Box,
  lineHeight: number
): Box[] {
  const placed: Box[] = [];
  for (const anchor of anchors) {
    const candidates = around(anchor, lineHeight);
    const inside = candidates.filter(({ box }) => contains(bounds, box));
    const near = marksNear(anchor, marks, lineHeight);
    const others = [...taken, ...placed];
    let best = (inside.length ? inside : candidates)[0];
    let least = Infinity;
    for (const candidate of inside) {
      const cost = price(candidate.box, others, near) + candidate.distance * COST.distance;
      if (cost < least) {
        best = candidate;
        least = cost;
      }
    }
    placed.push(best.box);
  }
  return placed;
}

interface Candidate {
  box: Box;
  distance: number;
}

function around({ x, y, width }: Anchor, height: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (const distance of DISTANCES) {
    for (let i = 0; i < DIRECTIONS; i++) {
      const angle = (2 * Math.PI * i) / DIRECTIONS;
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      // From beside the point (its nearer end) to above or below it (its middle).
      const left = x + dx * distance + ((dx - 1) / 2) * width;
      const top = y + dy * (distance + height / 2) - height / 2;
      const box = { left, right: left + width, top, bottom: top + height };
      candidates.push({ box, distance });
    }
  }
  return candidates;
}

/** Only marks that some candidate could cover need to be looked at for every one. */
function marksNear(
  { x, y, width }: Anchor,
  marks: readonly number[],
  lineHeight: number
): number[] {
  const reach = DISTANCES[DISTANCES.length - 1];
  const near: number[] = [];
  for (let i = 0; i < marks.length; i += 2) {
    const [dx, dy] = [Math.abs(marks[i] - x), Math.abs(marks[i + 1] - y)];
    if (dx <= reach + width && dy <= reach + lineHeight) {
      near.push(marks[i], marks[i + 1]);
    }
  }
  return near;
}

function price(box: Box, placed: readonly Box[], marks: readonly number[]): number {
  const labels = placed.filter(other => overlap(box, other)).length;
  let covered = 0;
  for (let i = 0; i < marks.length; i += 2) {
    const [x, y] = [marks[i], marks[i + 1]];
    if (x >= box.left && x <= box.right && y >= box.top && y <= box.bottom) {
      covered += 1;
    }
  }
  return labels * COST.label + Math.min(covered * COST.mark, COST.marksAtMost);
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

function contains(outer: Box, inner: Box): boolean {
  return (
    inner.left >= outer.left &&
    inner.right <= outer.right &&
    inner.top >= outer.top &&
    inner.bottom <= outer.bottom
  );
}
