import { describe, expect, it } from 'vitest';

import type { Slider } from '../../src/plane/document';
import { initialValue, rangeText, readTyped, stops } from '../../src/plane/slider';
import { SLIDER, SMOOTH } from '../documents';

const grid: Slider = { ...SLIDER, scale: 'integer', error: null };
const smooth: Slider = { ...SMOOTH, scale: 'log', error: null };

describe('stops', () => {
  it('are the kept values of a rough parameter without a kernel', () => {
    expect(stops(grid, false)).toEqual([8, 30, 100]);
  });

  it('are whole numbers with a kernel, the kept ones among them, each once', () => {
    const values = stops(grid, true);
    expect(values.every(Number.isInteger)).toBe(true);
    expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
    expect(values).toEqual(expect.arrayContaining([8, 9, 30, 100]));
  });

  it('are fine and even in the logarithm for a smooth parameter, its default among them', () => {
    const values = stops(smooth, false);
    expect(values[0]).toBe(0.001);
    expect(values[values.length - 1]).toBe(1);
    expect(values).toContain(0.01);
    expect(values.length).toBeGreaterThan(300);
    expect(values[2] / values[1]).toBeCloseTo(values[1] / values[0], 12);
  });

  it('are even for a linear scale', () => {
    const values = stops({ ...smooth, scale: 'linear', default: 1 }, false);
    expect(values[1] - values[0]).toBeCloseTo(values[2] - values[1], 12);
  });

  it('begin at none for a count that may', () => {
    const values = stops({ ...grid, values: [0, 10, 20] }, true);
    expect(values).toEqual(Array.from({ length: 21 }, (_, i) => i));
  });

  it('are one for a single kept value', () => {
    expect(stops({ ...smooth, values: [0.01] }, false)).toEqual([0.01]);
  });
});

describe('initialValue', () => {
  it('is the default where it is kept, else the nearest kept', () => {
    expect(initialValue(grid)).toBe(30);
    expect(initialValue({ ...grid, default: 31 })).toBe(30);
    expect(initialValue({ ...smooth, default: 0.02 })).toBe(0.02);
    expect(initialValue({ ...smooth, default: 7 })).toBe(1);
  });
});

describe('readTyped', () => {
  it.each([
    ['30', 30],
    [' 9 ', 9],
    ['1e2', 100]
  ])('takes %j', (text, value) => {
    expect(readTyped(grid, text, 30)).toEqual({ value });
  });

  it('takes the word that the slider goes back to, and no other', () => {
    expect(readTyped(smooth, ' Median', 'median')).toEqual({ value: 'median' });
    expect(readTyped(smooth, 'none', null)).toEqual({ value: null });
    expect(readTyped(smooth, 'median', 0.01)).toHaveProperty('refusal');
    expect(readTyped(grid, 'mean', 'median')).toEqual({
      refusal: 'bins must be a number from 8 to 100 or “median”, got “mean”.'
    });
  });

  it('takes a decimal comma', () => {
    expect(readTyped(smooth, '0,5', 0.01)).toEqual({ value: 0.5 });
  });

  it.each([
    ['999', 'bins must be from 8 to 100, got 999.'],
    ['-1', 'bins must be from 8 to 100, got -1.'],
    ['12.5', 'bins must be a whole number from 8 to 100, got 12.5.'],
    ['many', 'bins must be a number from 8 to 100, got “many”.'],
    ['', 'bins must be a number from 8 to 100, got “”.'],
    ['Infinity', 'bins must be a number from 8 to 100, got “Infinity”.']
  ])('refuses %j, naming the allowed range', (text, refusal) => {
    expect(readTyped(grid, text, 30)).toEqual({ refusal });
  });
});

describe('rangeText', () => {
  it('names the unit', () => {
    expect(rangeText({ ...smooth, unit: 'nats' }, 0.01)).toBe('0.001 to 1 nats');
  });

  it('names the word that may stand for a number', () => {
    expect(rangeText(smooth, 'median')).toBe('0.001 to 1, or median');
    expect(rangeText(smooth, null)).toBe('0.001 to 1, or none');
  });
});
