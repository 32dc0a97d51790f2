import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Announcer } from '../src/announcer';
import { curveNames, drawCurves, readHistory } from '../src/curves';
import { Hearing } from '../src/hearing';
import { readProgress } from '../src/progress-state';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

describe('Hearing', () => {
  const call = vi.fn();
  const changed = vi.fn();

  beforeEach(() => {
    call.mockClear();
    changed.mockClear();
  });

  it('believes a kernel that answers, also late', () => {
    const hearing = new Hearing(call, () => true, changed);
    hearing.start();
    expect(hearing.reach).toBe('unknown');
    vi.advanceTimersByTime(60_000);
    expect(hearing.reach).toBe('interrupt');
    hearing.heard();
    expect(hearing.reach).toBe('kernel');
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('gives up after few calls', () => {
    const hearing = new Hearing(call, () => false, changed);
    hearing.start();
    vi.advanceTimersByTime(60_000);
    expect(hearing.reach).toBe('nowhere');
    expect(call.mock.calls.length).toBeLessThan(10);
  });

  it('is silent once it was answered or stopped', () => {
    const hearing = new Hearing(call, () => true, changed);
    hearing.start();
    hearing.heard();
    vi.advanceTimersByTime(60_000);
    expect(call).toHaveBeenCalledTimes(1);
  });
});

describe('Announcer (AC-48)', () => {
  const state = (epoch: number, more = {}): ReturnType<typeof readProgress> =>
    readProgress({ status: 'running', epoch, epochs: 100, metrics: { loss: 0.5 }, ...more });

  it('is a polite live region that tells an epoch once, and not all of them if they are fast', () => {
    const announcer = new Announcer();
    const region = document.querySelector('[data-testid=glow-announcer]')!;
    expect([
      region.getAttribute('role'),
      region.ariaLive ?? region.getAttribute('aria-live')
    ]).toEqual(['status', 'polite']);
    announcer.tell(state(0), 0);
    expect(region.textContent).toBe('');
    const told = new Set<string>();
    for (let time = 100; time <= 60_000; time += 100) {
      announcer.tell(state(Math.floor(time / 500)), time);
      told.add(region.textContent);
    }
    expect(told.size).toBeLessThanOrEqual(8);
    expect(region.textContent).toMatch(/^Epoch \d+ of 100: loss 0\.5\.$/);
  });

  it('tells a stop, an error and the end at once', () => {
    const announcer = new Announcer();
    const region = document.querySelector('[data-testid=glow-announcer]')!;
    announcer.tell(state(1), 0);
    announcer.tell(state(1, { message: 'loss became nan in epoch 2' }), 1);
    expect(region.textContent).toContain('loss became nan in epoch 2');
    announcer.tell(state(1, { status: 'stopping' }), 2);
    expect(region.textContent).toContain('Stopping');
    announcer.tell(state(2, { status: 'done' }), 3);
    expect(region.textContent).toBe('Training: Done. 2 of 100 epochs.');
  });

  it('speaks of every training through one region that no view takes along', () => {
    const [one, other] = [new Announcer(), new Announcer()];
    const regions = document.querySelectorAll('[data-testid=glow-announcer]');
    expect([regions.length, regions[0].parentElement]).toEqual([1, document.body]);
    one.tell(state(1), 0);
    one.tell(state(2, { status: 'done' }), 1);
    other.tell(state(0), 2);
    expect(regions[0].textContent).toContain('Done');
    other.tell(state(1, { status: 'paused' }), 3);
    expect(regions[0].textContent).toContain('Paused');
  });
});

describe('drawCurves', () => {
  const history = {
    epochs: [1, 2, 3],
    values: { loss: [1, null, 0.5], val_loss: [2, 1, 1], a: [0] }
  };

  it('draws two metrics with gaps where values are missing', () => {
    const drawn = drawCurves(readHistory(history));
    expect(drawn).toHaveLength(2);
    const [training, validation] = drawn[0].querySelectorAll('.glow-curve');
    expect(training.getAttribute('d')).toMatch(/^M0,[\d.]+M1,[\d.]+$/);
    expect(validation.getAttribute('d')!.match(/L/g)).toHaveLength(2);
    expect(drawn[0].querySelector('[role=img]')!.getAttribute('aria-label')).toContain('loss');
  });

  it('names the loss and the metric after it, each once', () => {
    const metrics = { loss: 1, accuracy: 1, mae: 1, val_loss: 1, val_accuracy: 1 };
    expect(curveNames(metrics)).toEqual(['loss', 'accuracy']);
  });

  it('draws a constant, and takes anything', () => {
    const [constant] = drawCurves(readHistory({ epochs: [1], values: { loss: [3] } }));
    expect(constant.innerHTML).not.toContain('NaN');
    for (const value of [null, 3, { epochs: 'x', values: [1] }, { values: { a: 'b' } }]) {
      expect(drawCurves(readHistory(value)).every(e => !e.innerHTML.includes('NaN'))).toBe(true);
    }
  });
});
