import { describe, expect, it } from 'vitest';

import { MARKER_COUNT, traceDot, traceMarker } from '../../src/plane/markers';
import { PathData } from '../../src/plane/svg';

function path(index: number): string {
  const data = new PathData();
  traceMarker(data, index, 4, 10, 20);
  return String(data);
}

const PATHS = Array.from({ length: MARKER_COUNT }, (_, i) => path(i));

describe('traceMarker (AC-15)', () => {
  it('has a shape of its own for each of twelve layers, then begins again', () => {
    expect(new Set(PATHS).size).toBe(12);
    expect(path(MARKER_COUNT)).toBe(PATHS[0]);
  });

  it.each(PATHS)('is path data of finite numbers around its place: %s', data => {
    expect(data).toMatch(/^M[-\d. MLA]+$/);
    const [x, y] = data.match(/-?[\d.]+/g)!.map(Number);
    expect(Math.hypot(x - 10, y - 20)).toBeLessThan(4 * 1.8);
  });

  it('draws a dot as a whole circle', () => {
    const data = new PathData();
    traceDot(data, 2, 1, 1);
    expect(String(data)).toBe('M3 1M3 1A2 2 0 0 1 -1 1A2 2 0 0 1 3 1');
  });
});
