import { describe, expect, it } from 'vitest';

import { Doubts } from '../../src/plane/doubts';
import { readDocument, Recording } from '../../src/plane/document';
import { fixture } from '../documents';

const [RECORDING] = readDocument(fixture()).recordings;

function judge(xt: number[], ty: number[], recording: Recording = RECORDING): Doubts {
  return new Doubts(recording, { xt: Float64Array.from(xt), ty: Float64Array.from(ty) });
}

describe('Doubts (AC-33)', () => {
  it('says nothing against estimates below the ceilings and in the order of the layers', () => {
    const doubts = judge([12, 11, 3, 2.9], [0.9, 0.8, 0.9, 0.9]);
    expect(doubts.count(1)).toEqual({ points: 0, ceiling: 0, order: 0, verdict: 0 });
    expect([0, 1, 2, 3].map(i => doubts.at(i))).toEqual([[], [], [], []]);
  });

  it('explains an estimate above log2 N or H(Y)', () => {
    const doubts = judge([12.2, 5, 5, 5], [0.9, 0.9, 1.2, 0.9]);
    expect(doubts.at(0)).toEqual([
      'I(X;T): above the ceiling log₂ N = 12 bits, which no true value exceeds'
    ]);
    expect(doubts.at(2)[0]).toContain('I(T;Y): above the ceiling H(Y) = 0.999');
    expect(doubts.count(1)).toMatchObject({ points: 2, ceiling: 2 });
    expect(doubts.count(0)).toMatchObject({ points: 1, ceiling: 1 });
    expect(doubts.count(1, [false, true]).points).toBe(0);
  });

  it('explains a layer with more than one before it, by that layer’s name', () => {
    const doubts = judge([3, 4, 4, 3], [0.5, 0.5, 0.5, 0.9]);
    expect(doubts.at(1)).toEqual([
      expect.stringContaining('I(X;T): more than in the earlier layer dense,')
    ]);
    expect(doubts.at(3)).toEqual([
      expect.stringContaining('I(T;Y): more than in the earlier layer dense,')
    ]);
    expect(doubts.count(1)).toMatchObject({ points: 2, order: 2 });
  });

  it('does not take noise for a violation, nor begins an epoch with the last one’s layers', () => {
    expect(judge([3, 3.04, 9, 9], [0.5, 0.54, 0.9, 0.9]).count(1).points).toBe(0);
  });

  it('leaves measures that are not information to themselves', () => {
    const axis = { label: 'HSIC', unit: '' };
    const ceilings = { xt: null, ty: null };
    const recording = { ...RECORDING, axes: { xt: axis, ty: axis }, ceilings };
    expect(judge([1, 2, 1, 2], [1, 2, 1, 2], recording).count(1).points).toBe(0);
  });

  it('passes on the estimator’s verdicts and skips missing points', () => {
    const verdicts = {
      xt: ['reliable', 'at ceiling', null, 'reliable'],
      ty: ['reliable', 'reliable', null, 'biased by sample size']
    };
    const coordinates = {
      xt: Float64Array.of(5, 4, NaN, 2),
      ty: Float64Array.of(0.5, 0.5, NaN, 1)
    };
    const doubts = new Doubts(RECORDING, { ...coordinates, verdicts });
    expect(doubts.at(1)).toEqual(['I(X;T): at ceiling']);
    expect(doubts.at(3)).toEqual(['I(T;Y): biased by sample size']);
    expect(doubts.count(1)).toEqual({ points: 2, ceiling: 0, order: 0, verdict: 2 });
  });
});
