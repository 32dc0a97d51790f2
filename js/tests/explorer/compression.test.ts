import { describe, expect, it } from 'vitest';

import {
  compresses,
  judgedEpochs,
  lossesIn,
  lossOf,
  survival,
  type Loss
} from '../../src/explorer/compression';

const loss = (lost: number): Loss => ({ lost, flatNoise: 0.1, least: 0.1, atCeiling: false });

describe('lossOf', () => {
  // What glow.dynamics.phases says of this trajectory: raw 0.6, flat noise 0.18723.
  const TRAJECTORY = [2.0, 2.9, 3.1, 3.0, 2.85, 2.9, 2.7, 2.6, 2.65, 2.5];

  it('agrees with glow.dynamics.phases', () => {
    const found = lossOf(TRAJECTORY, 12, 'bits');
    expect(found.lost).toBeCloseTo(0.6, 10);
    expect(found.flatNoise).toBeCloseTo(0.18723, 4);
    expect(compresses(found)).toBe(true);
  });

  it('leaves missing epochs out', () => {
    expect(lossOf([NaN, ...TRAJECTORY, NaN], 12, 'bits')).toEqual(lossOf(TRAJECTORY, 12, 'bits'));
    expect(lossOf([1, NaN, 2], 12, 'bits').lost).toBeNaN();
    expect(compresses(lossOf([1, NaN, 2], 12, 'bits'))).toBe(false);
  });

  it('knows no loss from a ceiling', () => {
    expect(compresses(lossOf(TRAJECTORY, 3.12, 'bits'))).toBe(false);
    expect(compresses(lossOf(TRAJECTORY, null, 'bits'))).toBe(true);
  });

  it('names no loss below a tenth of a bit, in bits', () => {
    const quiet = [1, 1.3, 1.29, 1.28, 1.27, 1.26, 1.25, 1.24];
    expect(compresses(lossOf(quiet, null, 'bits'))).toBe(false);
    expect(compresses(lossOf(quiet, null, ''))).toBe(true);
  });

  it('takes no noise for compression', () => {
    const wavy = [1, 1.2, 1, 1.2, 1, 1.2, 1, 1.2, 1];
    expect(compresses(lossOf(wavy, 12, 'bits'))).toBe(false);
  });
});

describe('lossesIn', () => {
  it('reads (epochs, layers)', () => {
    // Three epochs, two layers; the second layer rises to the end.
    const losses = lossesIn(Float64Array.from([3, 1, 2, 2, 1, 3]), 2, null, 'bits');
    expect(losses.map(({ lost }) => lost)).toEqual([2, 0]);
  });

  it('judges a curve and its saved, thinner copy alike', () => {
    const layer = Float64Array.from({ length: 500 }, (_, i) => Math.exp(-i / 90) + 0.1 * (i % 7));
    const thinner = Float64Array.from(judgedEpochs(500), i => layer[i]);
    expect(thinner.length).toBeLessThanOrEqual(60);
    expect(lossesIn(thinner, 1, null, 'bits')).toEqual(lossesIn(layer, 1, null, 'bits'));
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
