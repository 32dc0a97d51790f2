import { describe, expect, it } from 'vitest';

import { NaturalSpline } from '../../src/plane/spline';

const NODES = [0.001, 0.003, 0.01, 0.02, 0.1, 1].map(Math.log2);
const ROWS = [1.0, 0.2, 2.5, 0.1, 2.0, 0.9, 3.5, 0.85, 1.25, 0.5, 0.0, 0.75];

describe('NaturalSpline', () => {
  // scipy.interpolate.CubicSpline(NODES, ROWS, bc_type="natural")(log2(value)), SciPy 1.17.
  it.each([
    [0.001, 1.0, 0.2],
    [0.0015, 1.8114626851357016, 0.07309121707484051],
    [0.005, 2.1149115296426615, 0.4436724619532701],
    [0.015, 2.892662490608756, 0.9160309676843941],
    [0.05, 2.8491849375606377, 0.6136787417954052],
    [0.3, -0.0017969174557379841, 0.5327044371298827],
    [1.0, 0.0, 0.75]
  ])('agrees with SciPy at %f', (value, first, second) => {
    const [one, other] = new NaturalSpline(NODES, Float64Array.from(ROWS)).at(Math.log2(value));
    expect(one).toBeCloseTo(first, 12);
    expect(other).toBeCloseTo(second, 12);
  });

  it('keeps the end values outside its nodes', () => {
    const spline = new NaturalSpline(NODES, Float64Array.from(ROWS));
    expect(Array.from(spline.at(-100))).toEqual([1.0, 0.2]);
    expect(Array.from(spline.at(100))).toEqual([0.0, 0.75]);
  });

  it('joins two nodes by a straight line and repeats a single one', () => {
    expect(new NaturalSpline([0, 2], Float64Array.from([1, 3])).at(0.5)[0]).toBeCloseTo(1.5, 14);
    expect(Array.from(new NaturalSpline([5], Float64Array.from([1, 3])).at(9))).toEqual([1, 3]);
  });

  it('lets a hole take its neighbours only, and no other column', () => {
    const rows = [1, 10, NaN, 20, 3, 30, 5, 40];
    const spline = new NaturalSpline([0, 1, 2, 3], Float64Array.from(rows));
    expect(spline.at(0.5)[0]).toBeNaN();
    expect(spline.at(2.5)[0]).toBeCloseTo(4, 14);
    expect(spline.at(2)[0]).toBe(3);
    expect(spline.at(0.5)[1]).toBeCloseTo(15, 12);
  });
});
