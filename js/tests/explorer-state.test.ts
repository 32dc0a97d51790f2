import { beforeEach, describe, expect, it } from 'vitest';

import { ExactRequest, ExplorerState } from '../src/explorer-state';
import { readDocument } from '../src/plane/document';
import { changed, fixture, pack } from './documents';

let state: ExplorerState;

beforeEach(() => {
  state = new ExplorerState(readDocument(fixture()));
});

function answerTo(request: ExactRequest, values = [0.1, 0.2, 0.3, 0.4]): Record<string, unknown> {
  const arrays = { xt: pack(values, [1, 2, 2]), ty: pack(values, [1, 2, 2]) };
  return { action: 'plane', ...request, ...arrays };
}

function ask(value: number): ExactRequest {
  state.setValue(value);
  return state.settle()!;
}

describe('ExplorerState', () => {
  it('starts at the default of the first plane', () => {
    expect(state.selection).toEqual({ recording: 0, plane: 0, value: 30 });
    expect(state.heading).toBe('tanh, Binned, bins 30');
    expect(state.ghost).toBeNull();
  });

  it('keeps a value for every estimator', () => {
    state.setValue(100);
    state.selectPlane(1);
    expect(state.selection.value).toBe(0.01);
    state.selectPlane(0);
    expect(state.selection.value).toBe(100);
  });

  it('keeps the estimator when the recording changes', () => {
    state.selectPlane(2);
    state.selectRecording(1);
    expect(state.selection).toEqual({ recording: 1, plane: 2, value: null });
    expect(state.ghost).toBeNull();
  });

  it('takes the setting before a movement as the ghost, not its last step', () => {
    state.setValue(8);
    state.setValue(100);
    expect(state.ghost?.name).toBe('bins 30');
    expect(Array.from(state.ghost!.reading.xt)).toEqual([5, 6, 7, 8]);
    state.settle();
    state.setValue(8);
    expect(state.ghost?.name).toBe('bins 100');
    state.setValue(100);
    expect(state.ghost).toBeNull();
  });

  it('takes the estimator before as the ghost of the next', () => {
    state.selectPlane(1);
    expect(state.ghost?.name).toBe('Binned, bins 30');
  });

  it('keeps limits while the slider moves', () => {
    const before = state.limits;
    state.setValue(8);
    expect(state.limits).toBe(before);
  });

  it('asks for nothing without a kernel', () => {
    expect(ask(50)).toBeNull();
    expect(state.reading.value).toBe(30);
  });

  describe('with a kernel', () => {
    beforeEach(() => {
      state.exact = true;
    });

    it('asks for what is not kept, and for nothing else', () => {
      expect(ask(100)).toBeNull();
      expect(ask(50)).toMatchObject({ recording: 0, plane: 0, value: 50 });
      state.selectPlane(1);
      expect(ask(0.5)).toBeNull();
    });

    it('shows the nearest kept value until the answer is there', () => {
      const request = ask(50);
      expect(state.reading.value).toBe(30);
      expect(state.answer(answerTo(request))).toBe(true);
      expect(state.reading.value).toBe(50);
      expect(Array.from(state.reading.xt)).toEqual([0.1, 0.2, 0.3, 0.4]);
      expect(state.awaited).toBeNull();
    });

    it('lets the last value win', () => {
      const first = ask(50);
      const second = ask(60);
      expect(second.serial).toBeGreaterThan(first.serial);
      expect(state.answer(answerTo(first))).toBe(false);
      expect(state.reading.value).toBe(30);
      expect(state.answer(answerTo(second))).toBe(true);
      expect(state.reading.value).toBe(60);
    });

    it('forgets a request once the reader went on', () => {
      const request = ask(50);
      state.selectPlane(1);
      expect(state.answer(answerTo(request))).toBe(false);
    });

    it('does not ask twice for one value', () => {
      state.answer(answerTo(ask(50)));
      ask(30);
      expect(ask(50)).toBeNull();
      expect(state.reading.value).toBe(50);
    });

    it('refuses answers that do not fit', () => {
      const request = ask(50);
      expect(() => state.answer({ ...answerTo(request), xt: pack([1], [1, 1, 1]) })).toThrow(
        /answer.xt.shape: expected \[1, 2, 2\]/
      );
      expect(state.awaited).toBeNull();
      const again = ask(60);
      expect(() => state.answer({ ...answerTo(again), value: 61 })).toThrow(/expected "?60/);
    });

    it('stops waiting for a request that failed', () => {
      const request = ask(50);
      expect(state.giveUp(request.serial - 1)).toBe(false);
      expect(state.giveUp(request.serial)).toBe(true);
      expect(state.awaited).toBeNull();
    });
  });

  it('finds its selection again in a new document, by name', () => {
    state.selectRecording(1);
    state.selectPlane(1);
    state.setValue(0.5);
    const next = fixture();
    next.recordings.reverse();
    state.setDocument(readDocument(next));
    expect(state.selection).toEqual({ recording: 0, plane: 1, value: 0.5 });
  });

  it('falls back to the first plane where the document has no such one', () => {
    state.selectPlane(2);
    const document = changed('recordings.0.planes', [fixture().recordings[0].planes[0]]);
    state.setDocument(readDocument(document));
    expect(state.selection).toEqual({ recording: 0, plane: 0, value: 30 });
  });

  it('takes over a selection made elsewhere, if there is one like it', () => {
    expect(state.select({ recording: 1, plane: 0, value: 100 })).toBe(true);
    expect(state.selection.value).toBe(100);
    expect(state.select({ recording: 5, plane: 0, value: 1 })).toBe(false);
    expect(state.selection.recording).toBe(1);
  });
});
