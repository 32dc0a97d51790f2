import { describe, expect, it } from 'vitest';

import { readDocument } from '../../src/plane/document';
import { epochFractions, epochTicks, limits, padded } from '../../src/plane/scales';
import { changed, fixture, pack } from '../documents';

describe('limits', () => {
  it('cover every value of every slider position and the ceilings (AC-12)', () => {
    const document = readDocument(fixture());
    const { xt, ty } = limits(document, document.recordings[0].planes[1]);
    expect(xt[0]).toBeLessThan(0);
    expect(xt[1]).toBeGreaterThan(16);
    expect(ty[1]).toBeGreaterThan(1.6);
  });

  it('are the same for recordings measured alike, whichever is shown', () => {
    const document = readDocument(
      changed('recordings.1.planes.2.xt', pack([1, 2, 3, 30], [1, 2, 2]))
    );
    const [one, other] = document.recordings.map(({ planes }) => planes[2]);
    expect(limits(document, one)).toEqual(limits(document, other));
    expect(limits(document, one).xt[1]).toBeGreaterThan(30);
  });

  it('are not stretched by another estimator', () => {
    const document = readDocument(
      changed('recordings.0.planes.2.xt', pack([1, 2, 3, 30], [1, 2, 2]))
    );
    expect(limits(document, document.recordings[0].planes[0]).xt[1]).toBeLessThan(20);
  });

  it('keep apart what is measured in other quantities', () => {
    const document = readDocument(
      changed('recordings.1.axes.xt', { label: 'HSIC(X, T)', unit: '' })
    );
    document.recordings[1].planes[0].ceilings = { xt: 500, ty: null };
    expect(limits(document, document.recordings[0].planes[0]).xt[1]).toBeLessThan(20);
  });

  it('give constant and missing values an extent', () => {
    expect(padded(0, 0)).toEqual([-0.5, 0.5]);
    expect(padded(0, -Infinity)).toEqual([-0.5, 0.5]);
    const document = readDocument({
      ...fixture(),
      recordings: [{ ...fixture().recordings[0], ceilings: { xt: null, ty: null } }]
    });
    document.recordings[0].planes.forEach(plane => plane.xt.fill(NaN));
    expect(limits(document, document.recordings[0].planes[0]).xt).toEqual([-0.5, 0.5]);
  });
});

describe('epochFractions', () => {
  it('run from 0 to 1 in the logarithm of 1 + epoch', () => {
    const [first, middle, last] = epochFractions([0, 9, 99]);
    expect([first, last]).toEqual([0, 1]);
    expect(middle).toBeCloseTo(0.5, 12);
  });

  it('do not divide by the span of a single epoch', () => {
    expect(epochFractions([7])).toEqual([1]);
    expect(epochFractions([])).toEqual([]);
  });

  it('lie in the span of a longer recording', () => {
    expect(epochFractions([0, 9], [0, 99])).toEqual([0, expect.closeTo(0.5, 12)]);
    expect(epochFractions([0], [0, 99])).toEqual([0]);
  });
});

describe('epochTicks', () => {
  it('mark first, last and powers of ten that have room', () => {
    const epochs = [0, 1, 2, 5, 10, 20, 50, 100, 200];
    expect(epochTicks(epochs, 0.2).map(({ epoch }) => epoch)).toEqual([0, 10, 200]);
    expect(epochTicks(epochs, 0.01).map(({ epoch }) => epoch)).toEqual([0, 1, 10, 100, 200]);
  });

  it('place an epoch that was not recorded between its neighbours', () => {
    const tick = epochTicks([0, 50, 150, 200], 0.01).find(({ epoch }) => epoch === 100);
    expect(tick?.at).toBeCloseTo(0.5, 12);
  });

  it('need no second epoch', () => {
    expect(epochTicks([3], 0.1)).toEqual([{ epoch: 3, at: 1 }]);
    expect(epochTicks([], 0.1)).toEqual([]);
  });
});
