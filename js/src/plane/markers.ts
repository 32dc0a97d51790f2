/** Corners of a regular polygon as SVG path data; `inner` < 1 makes it a star. */
function polygon(corners: number, radius: number, turn: number, inner = 1): string {
  const count = inner < 1 ? 2 * corners : corners;
  const points = Array.from({ length: count }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / count;
    const distance = inner < 1 && i % 2 ? radius * inner : radius;
    return `${round(distance * Math.sin(angle))},${round(-distance * Math.cos(angle))}`;
  });
  return `M${points.join('L')}Z`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function circle(radius: number): string {
  const r = round(radius);
  return `M${-r},0A${r},${r},0,1,1,${r},0A${r},${r},0,1,1,${-r},0Z`;
}

/** Shapes in the order layers take them, each of about the same area at radius `r`. */
const SHAPES: readonly ((r: number) => string)[] = [
  r => circle(r),
  r => polygon(4, r * 1.25, Math.PI / 4),
  r => polygon(3, r * 1.4, 0),
  r => polygon(4, r * 1.3, 0),
  r => polygon(3, r * 1.4, Math.PI),
  r => polygon(5, r * 1.55, 0, 0.42),
  r => polygon(6, r * 1.1, 0),
  r => polygon(4, r * 1.5, 0, 0.38),
  r => polygon(3, r * 1.4, Math.PI / 2),
  r => polygon(3, r * 1.4, -Math.PI / 2),
  r => polygon(3, r * 1.75, 0, 0.33),
  r => polygon(8, r * 1.35, 0, 0.65)
];

/** How many layers have a marker of their own. */
export const MARKER_COUNT = SHAPES.length;

/** SVG path data of the marker of layer `index`, centred on the origin. */
export function markerPath(index: number, radius: number): string {
  return SHAPES[index % MARKER_COUNT](radius);
}
