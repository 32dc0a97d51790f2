import { describe, expect, it } from 'vitest';

import type { Shown } from '../../src/explorer/library';
import { here, survey } from '../../src/explorer/survey';
import type { Slider } from '../../src/plane/document';
import type { EstimatorPlanes } from '../../src/plane/estimator';

const BINS: Slider = {
  name: 'bins',
  unit: '',
  scale: 'log',
  default: 30,
  meaning: '',
  smooth: false,
  values: [8, 30, 110],
  error: null
};

/** One layer that falls by half of the setting's logarithm. */
function falling(value: number): Float64Array {
  const peak = Math.log2(value);
  return Float64Array.from([1, peak, 0.8 * peak, 0.6 * peak, 0.5 * peak]);
}

const estimator = {
  settings: { bins: 30, width: 1 },
  at: (settings: Record<string, number>) => ({ xt: falling(settings.bins) })
} as unknown as EstimatorPlanes;

function shownAt(settings: Record<string, number>): Shown {
  return {
    recording: {
      layers: ['dense'],
      ceilings: { xt: null, ty: null },
      axes: { xt: { unit: 'bits' } }
    },
    reading: { settings, xt: falling(settings.bins) }
  } as unknown as Shown;
}

describe('the claim of compression', () => {
  const lines = survey(estimator, BINS, shownAt({ bins: 30, width: 1 }));

  it('is judged by the exact plane that is drawn, among the kept ones', () => {
    const found = here(lines, estimator, 100, shownAt({ bins: 100, width: 1 }));
    expect(found.words).toBe('bins 100');
    expect(found.losses[0].lost).toBeCloseTo(Math.log2(100) / 2, 9);
    expect(found.among).toMatchObject({ values: [8, 30, 100, 110], at: 2 });
  });

  it('says so where the nearest kept plane is drawn', () => {
    const found = here(lines, estimator, 100, shownAt({ bins: 110, width: 1 }));
    expect(found.words).toBe('bins 110 (the nearest kept)');
    expect(found.among).toMatchObject({ values: [8, 30, 110], at: 2 });
  });

  it('has no range off the curve', () => {
    const found = here(lines, estimator, 100, shownAt({ bins: 100, width: 2 }));
    expect(found.among).toBeNull();
    expect(found.words).toBe('bins 100, width 2');
  });

  it('looks at a smooth curve at places that do not depend on its nodes', () => {
    const few = { ...BINS, smooth: true };
    const many = { ...few, values: [8, 10, 20, 30, 110] };
    const shown = shownAt({ bins: 30, width: 1 });
    expect(survey(estimator, few, shown)).toMatchObject({
      losses: survey(estimator, many, shown).losses
    });
  });
});
