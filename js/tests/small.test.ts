import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { formatCoordinate, formatDuration, formatNumber, truncate } from '../src/format';
import { findLesson } from '../src/lesson';
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
});

describe('findLesson', () => {
  type Contents = Parameters<typeof findLesson>[0];
  const serving = (folders: Record<string, string[]>): Contents =>
    ({
      get: (path: string) =>
        path in folders
          ? Promise.resolve({ content: folders[path].map(name => ({ name })) })
          : Promise.reject(new Error(`404: ${path}`))
    }) as unknown as Contents;

  it('looks in the root and in its folder of notebooks', async () => {
    const lesson = '01-two-phases.ipynb';
    expect(await findLesson(serving({ '': [lesson] }))).toBe(lesson);
    const nested = serving({ '': ['notebooks'], notebooks: [lesson] });
    expect(await findLesson(nested)).toBe(`notebooks/${lesson}`);
  });

  it('asks for no folder that is not there', async () => {
    expect(await findLesson(serving({ '': ['other'] }))).toBeNull();
  });
});
