import { beforeEach, describe, expect, it } from 'vitest';

import type { ExactRequest, Selection } from '../../src/explorer/selection';
import { ExplorerState } from '../../src/explorer/state';
import { readDocument } from '../../src/plane/document';
import { Catalogue, readCatalogue } from '../../src/explorer/catalogue';
import { changed, fixture, pack, plane, SLIDER, SMOOTH } from '../documents';

let state: ExplorerState;

beforeEach(() => {
  state = new ExplorerState();
  state.setDocument(readDocument(fixture()));
});

const bins = (value: number): Selection => ({
  recording: 'tanh',
  estimator: 'Binned',
  settings: { bins: value },
  slider: null
});

const drawn = (): unknown => state.shown!.reading.settings.bins;

function answerTo(request: ExactRequest, values = [0.1, 0.2, 0.3, 0.4]): Record<string, unknown> {
  const arrays = { xt: pack(values, [1, 2, 2]), ty: pack(values, [1, 2, 2]) };
  return { action: 'plane', ...request, ...arrays };
}

function ask(value: number): ExactRequest {
  state.setValue(state.estimator!.sliders[0].name, value);
  return state.settle()!;
}

describe('ExplorerState', () => {
  it('starts at the default of the first plane', () => {
    expect(state.selection).toEqual(bins(30));
    expect(state.shown!.heading).toBe('tanh, Binned, bins 30');
    expect(state.ghost).toBeNull();
  });

  it('keeps a value for every estimator', () => {
    state.setValue('bins', 100);
    state.selectEstimator(1);
    expect(state.selection.settings).toEqual({ variance: 0.01 });
    state.selectEstimator(0);
    expect(state.selection.settings).toEqual({ bins: 100 });
  });

  it('keeps the estimator when the recording changes', () => {
    state.selectEstimator(2);
    state.selectRecording(1);
    expect(state.selection).toMatchObject({ recording: 'relu', estimator: 'Edges', settings: {} });
    expect(state.ghost).toBeNull();
  });

  it('takes the setting before a movement as the ghost, not its last step', () => {
    state.setValue('bins', 8);
    state.setValue('bins', 100);
    expect(state.ghost?.name).toBe('bins 30');
    expect(Array.from(state.ghost!.reading.xt)).toEqual([5, 6, 7, 8]);
    state.settle();
    state.setValue('bins', 8);
    expect(state.ghost?.name).toBe('bins 100');
    state.setValue('bins', 100);
    expect(state.ghost).toBeNull();
  });

  it('has the ghost of every recording that stands beside', () => {
    state.setValue('bins', 100);
    expect(state.ghostBeside('relu')!.settings).toEqual({ bins: 30 });
    state.selectRecording(1);
    expect(state.ghostBeside('tanh')).toBeNull();
  });

  it('takes the estimator before as the ghost of the next', () => {
    state.selectEstimator(1);
    expect(state.ghost?.name).toBe('Binned, bins 30');
  });

  it('keeps limits while the slider moves', () => {
    const before = state.shown!.limits;
    state.setValue('bins', 8);
    expect(state.shown!.limits).toBe(before);
  });

  it('asks for nothing without a kernel', () => {
    expect(ask(50)).toBeNull();
    expect(drawn()).toBe(30);
  });

  describe('with a kernel', () => {
    beforeEach(() => {
      state.exact = true;
    });

    it('asks for what is not kept, and for nothing else', () => {
      expect(ask(100)).toBeNull();
      expect(ask(50)).toMatchObject({
        recording: 'tanh',
        estimator: 'Binned',
        settings: { bins: 50 }
      });
      state.selectEstimator(1);
      expect(ask(0.5)).toBeNull();
    });

    it('shows the nearest kept value until the answer is there', () => {
      const request = ask(50);
      expect(drawn()).toBe(30);
      expect(state.answer(answerTo(request))).toBe(true);
      expect(drawn()).toBe(50);
      expect(Array.from(state.shown!.reading.xt)).toEqual([0.1, 0.2, 0.3, 0.4]);
      expect(state.awaited).toBeNull();
    });

    it('shows the first epochs of an answer and waits for the rest', () => {
      const request = ask(50);
      expect(state.arriving).toBe(false);
      const part = answerTo(request, [NaN, NaN, 0.3, 0.4]);
      expect(state.answer({ ...part, done: false })).toBe(true);
      expect(drawn()).toBe(50);
      expect(state.awaited).toBe(request);
      expect(state.arriving).toBe(true);
      expect(state.answer({ ...answerTo(request), done: true })).toBe(true);
      expect(Array.from(state.shown!.reading.xt)).toEqual([0.1, 0.2, 0.3, 0.4]);
      expect(state.awaited).toBeNull();
    });

    it('keeps the epochs that came when the rest is given up, and asks for it when let go again', () => {
      const request = ask(50);
      state.answer({ ...answerTo(request, [NaN, NaN, 0.3, 0.4]), done: false });
      expect(state.abandon()).toBe(false);
      expect(state.awaited).toBeNull();
      expect(drawn()).toBe(50);
      expect(state.settle()!.serial).toBeGreaterThan(request.serial);
    });

    it('drops what is left of an answer once the slider moves', () => {
      const request = ask(50);
      state.answer({ ...answerTo(request, [NaN, NaN, 0.3, 0.4]), done: false });
      state.setValue('bins', 60);
      expect(state.answer({ ...answerTo(request), done: true })).toBe(false);
      expect(drawn()).toBe(30);
    });

    it('shows what the estimator says of a plane, kept or exact, at its very settings', () => {
      const verdicts = (settings: object, recording = 'tanh'): object => {
        const codes = { dtype: 'uint8', shape: [1, 2, 2], data: btoa('\x00\xff\xff\xff') };
        const phrases = { phrases: ['at ceiling'], codes };
        return { recording, estimator: 'Binned', settings, verdicts: { xt: phrases, ty: phrases } };
      };
      state.library.addVerdicts(verdicts({ bins: 30 }));
      expect(state.shown!.reading.verdicts!.xt).toEqual(['at ceiling', null, null, null]);
      state.answer(answerTo(ask(50)));
      expect(state.shown!.reading.verdicts).toBeNull();
      state.library.addVerdicts(verdicts({ bins: 50 }));
      expect(state.shown!.reading.verdicts!.ty[0]).toBe('at ceiling');
      state.library.addVerdicts(verdicts({ bins: 50 }, 'elsewhere'));
      expect(() =>
        state.library.addVerdicts({ ...verdicts({ bins: 8 }), verdicts: { xt: 3 } })
      ).toThrow(/answer.verdicts.xt: expected an object/);
    });

    it('lets the last value win', () => {
      const first = ask(50);
      const second = ask(60);
      expect(second.serial).toBeGreaterThan(first.serial);
      expect(state.answer(answerTo(first))).toBe(false);
      expect(drawn()).toBe(30);
      expect(state.answer(answerTo(second))).toBe(true);
      expect(drawn()).toBe(60);
    });

    it('forgets a request once the reader went on', () => {
      const request = ask(50);
      state.selectEstimator(1);
      expect(state.answer(answerTo(request))).toBe(false);
    });

    it('does not ask twice for one value', () => {
      state.answer(answerTo(ask(50)));
      ask(30);
      expect(ask(50)).toBeNull();
      expect(drawn()).toBe(50);
    });

    it('refuses answers that do not fit', () => {
      const request = ask(50);
      expect(() => state.answer({ ...answerTo(request), xt: pack([1], [1, 1, 1]) })).toThrow(
        /answer.xt.shape: expected \[1, 2, 2\]/
      );
      expect(state.awaited).toBeNull();
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
    state.selectEstimator(1);
    state.setValue('variance', 0.5);
    const next = fixture();
    next.recordings.reverse();
    state.setDocument(readDocument(next));
    expect(state.selection).toEqual({
      recording: 'relu',
      estimator: 'KDE',
      settings: { variance: 0.5 },
      slider: 'variance'
    });
  });

  it('falls back to the first plane where the document has no such one', () => {
    state.selectEstimator(2);
    const document = changed('recordings.0.planes', [fixture().recordings[0].planes[0]]);
    state.setDocument(readDocument(document));
    expect(state.selection).toEqual(bins(30));
  });

  it('takes over a selection made elsewhere, if there is one like it', () => {
    expect(state.select({ ...bins(100), recording: 'relu' })).toBe(true);
    expect(state.selection.settings).toEqual({ bins: 100 });
    expect(state.select({ ...bins(1), recording: 'elsewhere' })).toBe(false);
    expect(state.selection.recording).toBe('relu');
  });

  it('draws no ghost of other quantities', () => {
    const axes = { xt: { label: 'HSIC(X;T)', unit: '' }, ty: { label: 'HSIC(T;Y)', unit: '' } };
    state.setDocument(readDocument(changed('recordings.0.planes.1.axes', axes)));
    state.selectEstimator(1);
    expect(state.ghost).toBeNull();
  });
});

describe('ExplorerState with an estimator of two sliders', () => {
  const GAMMA = { ...SLIDER, name: 'gamma', scale: 'log', values: [0.5, 1, 2], default: 1 };
  const SHIFTS = { ...SLIDER, name: 'shifts', values: [1, 10, 20], default: 10 };
  const settings = { gamma: 1, shifts: 10 };
  const drawn = (): unknown => state.shown!.reading.settings;

  beforeEach(() => {
    const planes = [GAMMA, SHIFTS].map(slider => ({ ...plane('EDGE', slider), settings }));
    state.setDocument(readDocument(changed('recordings.0.planes', planes)));
  });

  it('is one estimator with both', () => {
    expect(state.estimators.map(({ label }) => label)).toEqual(['EDGE']);
    expect(state.estimator!.sliders.map(({ name }) => name)).toEqual(['gamma', 'shifts']);
    expect(state.selection.settings).toEqual(settings);
    expect(state.shown!.heading).toBe('tanh, EDGE, gamma 1, shifts 10');
  });

  it('follows each along its own curve', () => {
    state.setValue('gamma', 2);
    expect(Array.from(state.shown!.reading.xt)).toEqual([9, 10, 11, 12]);
    state.setValue('gamma', 1);
    state.setValue('shifts', 1);
    expect(Array.from(state.shown!.reading.xt)).toEqual([1, 2, 3, 4]);
  });

  it('lets the first go back when the second moves, without a kernel', () => {
    state.setValue('gamma', 2);
    state.settle();
    state.setValue('shifts', 20);
    expect(state.selection.settings).toEqual({ gamma: 1, shifts: 20 });
    expect(state.wentBack).toEqual(['gamma']);
    expect(drawn()).toEqual({ gamma: 1, shifts: 20 });
  });

  it('asks a kernel for a combination that no curve holds', () => {
    state.exact = true;
    state.setValue('gamma', 2);
    expect(state.settle()).toBeNull();
    state.setValue('shifts', 20);
    expect(drawn()).toEqual({ gamma: 1, shifts: 20 });
    const request = state.settle()!;
    expect(request.settings).toEqual({ gamma: 2, shifts: 20 });
    state.answer(answerTo(request));
    expect(drawn()).toEqual({ gamma: 2, shifts: 20 });
    state.setValue('gamma', 1);
    expect(state.settle()).toBeNull();
  });

  it('goes back to what is drawn when a request is given up', () => {
    state.exact = true;
    state.setValue('gamma', 2);
    state.settle();
    state.setValue('shifts', 20);
    state.settle();
    expect(state.shown!.reading.settings).toEqual({ gamma: 1, shifts: 20 });
    expect(state.abandon()).toBe(true);
    expect(state.awaited).toBeNull();
    expect(state.selection.settings).toEqual({ gamma: 1, shifts: 20 });
  });

  it('numbers planes of one label that are not one estimator', () => {
    const planes = [plane('EDGE', GAMMA), plane('EDGE', GAMMA)];
    state.setDocument(readDocument(changed('recordings.0.planes', planes)));
    expect(state.estimators.map(({ label }) => label)).toEqual(['EDGE', 'EDGE (2)']);
  });
});

describe('ExplorerState with a word for a number', () => {
  const SIGMA = { ...SMOOTH, name: 'sigma' };
  const settings = { sigma: 'median' };

  it('begins at the word, follows the curve, and comes back', () => {
    const own = { ...plane('HSIC', null), xt: pack([5, 6, 7, 8], [1, 2, 2]), settings };
    const planes = [own, { ...plane('HSIC', SIGMA), settings }];
    state.setDocument(readDocument(changed('recordings.0.planes', planes)));
    expect(state.selection.settings).toEqual(settings);
    expect(Array.from(state.shown!.reading.xt)).toEqual([5, 6, 7, 8]);
    state.setValue('sigma', 0.001);
    expect(Array.from(state.shown!.reading.xt)).toEqual([1, 2, 3, 4]);
    state.setValue('sigma', 'median');
    expect(Array.from(state.shown!.reading.xt)).toEqual([5, 6, 7, 8]);
  });
});

describe('ExplorerState with a catalogue', () => {
  const offer = (label: string): object => ({
    label,
    ordered: false,
    settings: { bins: 30 },
    sliders: [SLIDER]
  });
  const catalogue = (problems = {}): Catalogue =>
    readCatalogue({
      recordings: ['tanh', 'relu'],
      estimators: [offer('KSG'), offer('Binned')],
      problems
    });

  it('lists what is offered before there is any plane', () => {
    state = new ExplorerState();
    state.setCatalogue(catalogue());
    expect(state.estimators.map(({ label }) => label)).toEqual(['KSG', 'Binned']);
    expect(state.recordings).toEqual(['tanh', 'relu']);
    expect(state.selection).toMatchObject({ recording: 'tanh', estimator: 'KSG' });
    expect(state.waiting).toBe(true);
    expect(state.shown).toBeNull();
  });

  it('keeps the plane that is drawn while the next is still to come', () => {
    state.setCatalogue(catalogue());
    expect(state.selection.estimator).toBe('Binned');
    expect(state.shown!.heading).toBe('tanh, Binned, bins 30');
    state.selectEstimator(0);
    expect(state.waiting).toBe(true);
    expect(state.shown!.heading).toBe('tanh, Binned, bins 30');
    const next = fixture();
    next.recordings[0].planes.push(plane('KSG', SLIDER));
    state.setDocument(readDocument(next));
    expect(state.waiting).toBe(false);
    expect(state.shown!.heading).toBe('tanh, KSG, bins 30');
  });

  it('goes back to the plane that is drawn when the next is given up', () => {
    state.setCatalogue(catalogue());
    expect(state.shown).not.toBeNull();
    state.selectEstimator(0);
    expect(state.abandon()).toBe(true);
    expect(state.selection.estimator).toBe('Binned');
  });

  it('knows what does not suit a recording', () => {
    state.setCatalogue(catalogue({ tanh: { KSG: 'too many ties' } }));
    expect(state.problem('KSG')).toBe('too many ties');
    expect(state.problem('Binned')).toBe('');
  });

  it.each([
    [{ recordings: 1 }, /recordings: expected a list/],
    [{ recordings: [], estimators: [{ label: 3 }] }, /estimators\[0\].label: expected a text/],
    [
      { recordings: [], estimators: [{ ...offer('a'), settings: { bins: [] } }] },
      /settings.bins: expected a number, a text or null/
    ]
  ])('refuses %j', (broken, message) => {
    expect(() => readCatalogue(broken)).toThrow(message);
  });
});
