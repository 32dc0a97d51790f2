import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { formatCoordinate, formatDuration, formatNumber, truncate } from '../src/format';
import { throttle } from '../src/throttle';

describe('format', () => {
  it('writes numbers as a person would', () => {
    expect([30, 0.001, 2 ** -16, 1 / 3, 1e9].map(formatNumber)).toEqual([
      '30',
      '0.001',
      '1.526e-5',
      '0.3333',
      '1000000000'
    ]);
    expect(formatCoordinate(-0.1234, 'bits')).toBe('−0.123 bits');
    expect([4.4, 65, 7265].map(formatDuration)).toEqual(['4 s', '1:05', '2:01:05']);
    expect(truncate('abcdef', 4)).toBe('abc…');
  });
});

describe('throttle', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('passes the first at once, then the last of each interval', () => {
    const calls: number[] = [];
    const pass = throttle<number>(value => calls.push(value), 100);
    for (let i = 0; i < 50; i++) {
      pass(i);
      vi.advanceTimersByTime(5);
    }
    vi.advanceTimersByTime(200);
    expect(calls[0]).toBe(0);
    expect(calls[calls.length - 1]).toBe(49);
    expect(calls.length).toBeLessThanOrEqual(4);
    pass(99);
    expect(calls[calls.length - 1]).toBe(99);
  });

  it('asks for the interval anew each time', () => {
    const calls: number[] = [];
    let interval = 100;
    const pass = throttle<number>(
      value => calls.push(value),
      () => interval
    );
    pass(1);
    interval = 1000;
    vi.advanceTimersByTime(100);
    pass(2);
    pass(3);
    vi.advanceTimersByTime(900);
    expect(calls).toEqual([1, 2]);
    vi.advanceTimersByTime(200);
    expect(calls).toEqual([1, 2, 3]);
  });
});
