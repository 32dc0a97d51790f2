import { describe, expect, it } from 'vitest';

import { joined, nearestEpoch, readHistograms } from '../../src/explorer/histogram-data';
import { nearestKept, stripValues } from '../../src/explorer/place';
import { literal, planeLine } from '../../src/explorer/python';
import { rulerOf } from '../../src/explorer/ruler';
import { settingTicks, spreadDown } from '../../src/explorer/sensitivity-frame';
import { readDocument } from '../../src/plane/document';
import { fixture, SLIDER } from '../documents';

const slider = (values: number[], scale = 'integer', value = values[0]): any => ({
  ...SLIDER,
  scale,
  values,
  default: value
});

describe('stripValues', () => {
  it('spreads five over the logarithm and holds the default', () => {
    const values = [2, 4, 8, 16, 30, 32, 64, 128, 256];
    const strip = stripValues(slider(values, 'integer', 30)).map(i => values[i]);
    expect(strip).toHaveLength(5);
    expect([strip[0], strip[4]]).toEqual([2, 256]);
    expect(strip).toContain(30);
  });

  it('takes what there is of fewer', () => {
    expect(stripValues(slider([3]))).toEqual([0]);
    expect(stripValues(slider([0, 1, 2], 'linear', 1))).toEqual([0, 1, 2]);
  });
});

describe('nearestKept', () => {
  it('is nearest by place, in the logarithm', () => {
    expect(nearestKept(slider([1, 10, 100]), 40)).toBe(2);
    expect(nearestKept(slider([1, 10, 100], 'linear'), 40)).toBe(1);
  });
});

describe('planeLine', () => {
  const { planes } = readDocument(fixture()).recordings[0];

  it('opens the recording and names every setting', () => {
    expect(planeLine(planes[0], { bins: 50 }, '/data/it"s')).toBe(
      'from glow import estimators; from glow.dynamics import Recording, plane; ' +
        'p = plane(Recording.open("/data/it\\"s"), estimators.get("binned", range=[-1, 1], bins=50))'
    );
  });

  it('takes the recording from a variable where it is not known where it lies', () => {
    expect(planeLine(planes[0], {}, null)).toContain('plane(recording, estimators.get("binned"');
  });

  it('writes what Python writes', () => {
    expect([null, true, false, 1e-5, 'a', [1, null]].map(literal)).toEqual([
      'None',
      'True',
      'False',
      '0.00001',
      '"a"',
      '[1, None]'
    ]);
  });
});

describe('rulerOf', () => {
  const spans = { global: [-2, 2], layer: [-1, 1], snapshot: [0, 0.5] } as const;

  it.each([
    ['global', [-2, 0, 2]],
    ['layer', [-1, 0, 1]],
    ['snapshot', [0, 0.25, 0.5]],
    [
      [-4, 4],
      [-4, 0, 4]
    ]
  ])('cuts %s into equal cells', (range, edges) => {
    expect(rulerOf('binned', { bins: 2, range }, spans)).toMatchObject({ kind: 'cells', edges });
  });

  it('cuts by width, by edges, and by bits', () => {
    expect(rulerOf('binned', { width: 0.75 }, spans)).toMatchObject({
      edges: [-1.5, -0.75, 0, 0.75, 1.5]
    });
    expect(rulerOf('binned', { edges: [0, 1] }, spans)).toMatchObject({ edges: [0, 1] });
    expect(rulerOf('quantised', { bits: 1 }, spans)).toMatchObject({ edges: [0, 0.25, 0.5] });
  });

  it('has kernels, and nothing for estimators that see whole vectors', () => {
    expect(rulerOf('kde', { variance: 0.04 }, spans)).toEqual({ kind: 'kernel', deviation: 0.2 });
    expect(rulerOf('ksg', { k: 3 }, spans)).toBeNull();
    expect(rulerOf('binned', { bins: 9, range: 'equal-mass' }, spans)).toBeNull();
  });
});

describe('readHistograms', () => {
  const layer = { ends: [-1, 1], peak: 0.5, heights: btoa(String.fromCharCode(255, 0, 127)) };
  const table = { ranges: [[-1, 1]], epochs: [7], layers: [[layer]] };

  it('reads shares from their square roots', () => {
    const [{ shares, ends }] = readHistograms(table, 't').byEpoch.get(7)!;
    expect(ends).toEqual([-1, 1]);
    expect(shares[0]).toBe(0.5);
    expect(shares[1]).toBe(0);
    expect(shares[2]).toBeCloseTo(0.124, 3);
  });

  it('grows, and finds the nearest epoch', () => {
    const more = readHistograms({ ...table, epochs: [20] }, 't');
    const both = joined(readHistograms(table, 't'), more);
    expect([...both.byEpoch.keys()]).toEqual([7, 20]);
    expect(nearestEpoch(both, 10)).toBe(7);
    expect(nearestEpoch(both, 500)).toBe(20);
  });

  it.each([
    [{ ...table, layers: [[]] }, /t.layers\[0\]: expected 1 layers/],
    [{ ...table, ranges: [[1, 0]] }, /t.ranges\[0\]: expected a smallest and a largest/],
    [{ ...table, layers: [[{ ...layer, heights: '*' }]] }, /heights: expected base64/]
  ])('refuses %#', (broken, message) => {
    expect(() => readHistograms(broken, 't')).toThrow(message);
  });
});

describe('the sensitivity chart', () => {
  it('has few round ticks', () => {
    expect(settingTicks(slider([2, 256]))).toEqual([2, 5, 10, 20, 50, 100, 200]);
    expect(settingTicks(slider([1e-5, 1e4], 'log')).length).toBeLessThanOrEqual(7);
    expect(settingTicks(slider([0, 10], 'linear')).length).toBeLessThanOrEqual(7);
  });

  it('moves names apart, none below the floor', () => {
    expect(spreadDown([100, 100, 40], 14, 100)).toEqual([100, 86, 40]);
  });
});
