/**
 * What traces an outline: a canvas's context, or the data of an SVG path.
 *
 * Outlines end where they began instead of being closed: Chromium measures the whole path at every
 * `closePath`, which takes a square of the number of marks.
 */
export interface Tracer {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, start: number, end: number): void;
}

/** A corner at a distance from the centre, which is the origin. */
type Corner = readonly [number, number];

/** Corners of a regular polygon; `inner` < 1 makes it a star. */
function polygon(corners: number, radius: number, turn: number, inner = 1): Corner[] {
  const count = inner < 1 ? 2 * corners : corners;
  return Array.from({ length: count }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / count;
    const distance = inner < 1 && i % 2 ? radius * inner : radius;
    return [distance * Math.sin(angle), -distance * Math.cos(angle)];
  });
}

/**
 * Shapes of radius 1 in the order layers take them, each of about the same area; null is a circle.
 */
const SHAPES: readonly (readonly Corner[] | null)[] = [
  null,
  polygon(4, 1.25, Math.PI / 4),
  polygon(3, 1.4, 0),
  polygon(4, 1.3, 0),
  polygon(3, 1.4, Math.PI),
  polygon(5, 1.55, 0, 0.42),
  polygon(6, 1.1, 0),
  polygon(4, 1.5, 0, 0.38),
  polygon(3, 1.4, Math.PI / 2),
  polygon(3, 1.4, -Math.PI / 2),
  polygon(3, 1.75, 0, 0.33),
  polygon(8, 1.35, 0, 0.65)
];

/** How many layers have a marker of their own. */
export const MARKER_COUNT = SHAPES.length;

/** Add the marker of layer `index`, centred on (x, y), to the path that is being made. */
export function traceMarker(
  pen: Tracer,
  index: number,
  radius: number,
  x: number,
  y: number
): void {
  const corners = SHAPES[index % MARKER_COUNT];
  if (!corners) {
    traceDot(pen, radius, x, y);
    return;
  }
  const [startX, startY] = corners[corners.length - 1];
  pen.moveTo(x + radius * startX, y + radius * startY);
  for (const [dx, dy] of corners) {
    pen.lineTo(x + radius * dx, y + radius * dy);
  }
}

/** Add a filled circle's outline to the path that is being made. */
export function traceDot(pen: Tracer, radius: number, x: number, y: number): void {
  pen.moveTo(x + radius, y);
  pen.arc(x, y, radius, 0, 2 * Math.PI);
}
