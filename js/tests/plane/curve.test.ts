import { describe, expect, it } from 'vitest';

import { Curve, nearestIndex } from '../../src/plane/curve';
import { readDocument } from '../../src/plane/document';
import { fixture } from '../documents';

const [grid, smooth, single] = readDocument(fixture()).recordings[0].planes;

describe('Curve', () => {
  it('snaps to the nearest kept value of a rough parameter', () => {
    const reading = new Curve(grid).at(40);
    expect(reading.value).toBe(30);
    expect(Array.from(reading.xt)).toEqual([5, 6, 7, 8]);
    expect(new Curve(grid).at(1e9).value).toBe(100);
  });

  it('reads a smooth parameter between its nodes', () => {
    // The fixture is a straight line in log10 of the variance: 4 a decade.
    const reading = new Curve(smooth).at(Math.sqrt(0.1 * 0.01));
    expect(reading.xt[0]).toBeCloseTo(7, 10);
    expect(reading.ty[3]).toBeCloseTo(1.0, 10);
  });

  it('stays within the kept range', () => {
    expect(new Curve(smooth).at(50).value).toBe(1);
    expect(new Curve(smooth).at(0).value).toBe(0.001);
  });

  it('is one plane without a slider', () => {
    expect(new Curve(single).at(null)).toMatchObject({ value: null, xt: single.xt });
  });

  it('knows which values it holds', () => {
    expect([30, 31].map(value => new Curve(grid).holds(value))).toEqual([true, false]);
    expect([0.5, 2].map(value => new Curve(smooth).holds(value))).toEqual([true, false]);
    expect(new Curve(single).holds(null)).toBe(true);
  });
});

describe('nearestIndex', () => {
  it('takes the lower of two equally near', () => {
    expect(nearestIndex([8, 30, 100], 19)).toBe(0);
    expect(nearestIndex([8, 30, 100], 20)).toBe(1);
  });
});
