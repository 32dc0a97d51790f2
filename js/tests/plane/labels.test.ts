import { describe, expect, it } from 'vitest';

import { Anchor, Box, placeLabels } from '../../src/plane/labels';

const BOUNDS: Box = { left: 0, right: 400, top: 0, bottom: 300 };
const at = (x: number, y: number): Anchor => ({ x, y, width: 50 });

describe('placeLabels', () => {
  it('puts a free label to the right of its point', () => {
    const [box] = placeLabels([at(100, 100)], [], [], BOUNDS, 16);
    expect(box.left).toBeGreaterThan(100);
    expect((box.top + box.bottom) / 2).toBeCloseTo(100, 10);
  });

  it('keeps labels of one corner inside and apart', () => {
    const anchors = Array.from({ length: 6 }, () => at(398, 3));
    const boxes = placeLabels(anchors, [], [], BOUNDS, 16);
    boxes.forEach((box, i) => {
      expect(box.right).toBeLessThanOrEqual(400);
      expect(box.top).toBeGreaterThanOrEqual(0);
      boxes.slice(0, i).forEach(other => {
        const apart =
          box.right <= other.left ||
          other.right <= box.left ||
          box.bottom <= other.top ||
          other.bottom <= box.top;
        expect(apart).toBe(true);
      });
    });
  });

  it('goes out of the way of marks and of other text', () => {
    const marks = [120, 100, 130, 100, 140, 100];
    const [off] = placeLabels([at(100, 100)], marks, [], BOUNDS, 16);
    const covered = off.left <= 120 && off.right >= 120 && off.top <= 100 && off.bottom >= 100;
    expect(covered).toBe(false);
    const taken = { left: 105, right: 180, top: 90, bottom: 110 };
    const [away] = placeLabels([at(100, 100)], [], [taken], BOUNDS, 16);
    expect(away.left >= 180 || away.right <= 105 || away.top >= 110 || away.bottom <= 90).toBe(
      true
    );
  });
});
