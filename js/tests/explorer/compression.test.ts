import { describe, expect, it } from 'vitest';

import {
  compresses,
  lossesAlong,
  lossOf,
  survival,
  type Loss
} from '../../src/explorer/compression';

const loss = (lost: number): Loss => ({ lost, flatNoise: 0.1, atCeiling: false });

describe('lossOf', () => {
  // What glow.dynamics.phases says of this trajectory: raw 0.6, flat noise 0.18723.
  const TRAJECTORY = [2.0, 2.9, 3.1, 3.0, 2.85, 2.9, 2.7, 2.6, 2.65, 2.5];

  it('agrees with glow.dynamics.phases', () => {
    const found = lossOf(TRAJECTORY, 12);
    expect(found.lost).toBeCloseTo(0.6, 10);
    expect(found.flatNoise).toBeCloseTo(0.18723, 4);
    expect(compresses(found)).toBe(true);
  });

  it('leaves missing epochs out', () => {
    expect(lossOf([NaN, ...TRAJECTORY, NaN], 12)).toEqual(lossOf(TRAJECTORY, 12));
    expect(lossOf([1, NaN, 2], 12).lost).toBeNaN();
    expect(compresses(lossOf([1, NaN, 2], 12))).toBe(false);
  });

  it('knows no loss from a ceiling', () => {
    expect(compresses(lossOf(TRAJECTORY, 3.12))).toBe(false);
    expect(compresses(lossOf(TRAJECTORY, null))).toBe(true);
  });

  it('takes no noise for compression', () => {
    const wavy = [1, 1.2, 1, 1.2, 1, 1.2, 1, 1.2, 1];
    expect(compresses(lossOf(wavy, 12))).toBe(false);
  });
});

describe('lossesAlong', () => {
  it('reads (values, epochs, layers)', () => {
    // Two values, three epochs, two layers; the second layer rises to the end.
    const xt = Float64Array.from([3, 1, 2, 2, 1, 3, 6, 1, 4, 2, 2, 3]);
    const losses = lossesAlong(xt, 2, 2, null);
    expect(losses.map(row => row.map(({ lost }) => lost))).toEqual([
      [2, 0],
      [4, 0]
    ]);
  });
});

describe('survival', () => {
  const losses = [
    [loss(0), loss(1)],
    [loss(1), loss(1)],
    [loss(1), loss(0)],
    [loss(0), loss(0)]
  ];

  it('is the range around a setting in which all that compress there still do', () => {
    expect(survival(losses, 1)).toEqual({ layers: [0, 1], from: 1, to: 1 });
    expect(survival(losses, 0)).toEqual({ layers: [1], from: 0, to: 1 });
    expect(survival(losses, 2)).toEqual({ layers: [0], from: 1, to: 2 });
  });

  it('is nothing where no layer compresses', () => {
    expect(survival(losses, 3)).toBeNull();
  });
});
