import { describe, expect, it } from 'vitest';

import { MARKER_COUNT, markerPath } from '../../src/plane/markers';

const PATHS = Array.from({ length: MARKER_COUNT }, (_, i) => markerPath(i, 4));

describe('markerPath', () => {
  it('has a shape of its own for each of twelve layers, then begins again', () => {
    expect(new Set(PATHS).size).toBe(12);
    expect(markerPath(MARKER_COUNT, 4)).toBe(PATHS[0]);
  });

  it.each(PATHS)('is closed path data of finite numbers: %s', path => {
    expect(path).toMatch(/^M[-\d.,LA]+Z$/);
  });
});
