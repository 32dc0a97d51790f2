import { beforeEach, describe, expect, it, vi } from 'vitest';

import { Progress } from '../src/progress';
import { buttons, isFinal, readProgress } from '../src/progress-state';
import { TRAINING_MIME, TrainingOutput } from '../src/training-output';

const RUNNING = {
  status: 'running',
  epoch: 120,
  epochs: 8000,
  batch: 3,
  batches: 7,
  elapsed: 65,
  eta: 3725,
  metrics: { loss: 0.123456, accuracy: 1, val_loss: 'nan' },
  message: ''
};

const send = vi.fn();
let progress: Progress;

function find<T extends HTMLElement = HTMLButtonElement>(testid: string): T {
  return progress.element.querySelector<T>(`[data-testid="${testid}"]`)!;
}

beforeEach(() => {
  send.mockClear();
  progress = new Progress(send);
  progress.show(RUNNING);
});

describe('Progress', () => {
  it('shows bars, times and metrics', () => {
    const [epochs, batches] = progress.element.querySelectorAll('[role=progressbar]');
    expect(epochs.getAttribute('aria-valuenow')).toBe('120');
    expect(epochs.getAttribute('aria-valuemax')).toBe('8000');
    expect(batches.getAttribute('aria-valuetext')).toBe('3 / 7');
    const text = progress.element.textContent;
    for (const part of [
      'Running',
      '1:05 elapsed, 1:02:05 left',
      '120 / 8000',
      'loss0.1235nan',
      'accuracy1–'
    ]) {
      expect(text).toContain(part);
    }
  });

  it('leaves the length of an epoch open where nobody knows it', () => {
    progress.show({ ...RUNNING, batches: null });
    const batches = progress.element.querySelectorAll('[role=progressbar]')[1];
    expect(batches.hasAttribute('aria-valuenow')).toBe(false);
    expect(batches.getAttribute('aria-valuetext')).toBe('3 / ?');
  });

  it('answers a click on Stop before the training does', () => {
    find('glow-stop').click();
    expect(send).toHaveBeenCalledWith('stop');
    expect(find('glow-stop')).toMatchObject({ disabled: true, textContent: 'Stopping …' });
    expect(find('glow-pause').disabled).toBe(true);
    find('glow-stop').click();
    expect(send).toHaveBeenCalledTimes(1);
    progress.show(RUNNING);
    expect(find('glow-stop').disabled).toBe(true);
    progress.show({ ...RUNNING, status: 'stopped' });
    expect(find('glow-status').textContent).toBe('Stopped');
    expect(find('glow-stop').disabled).toBe(true);
  });

  it('toggles between Pause and Resume as the training confirms', () => {
    const pause = find('glow-pause');
    expect(pause.textContent).toBe('Pause');
    pause.click();
    expect(pause).toMatchObject({ disabled: true, textContent: 'Pausing …' });
    progress.show(RUNNING);
    expect(pause.disabled).toBe(true);
    progress.show({ ...RUNNING, status: 'paused' });
    expect(pause).toMatchObject({ disabled: false, textContent: 'Resume' });
    pause.click();
    expect(pause.textContent).toBe('Resuming …');
    progress.show(RUNNING);
    expect(pause).toMatchObject({ disabled: false, textContent: 'Pause' });
    expect(send.mock.calls).toEqual([['pause'], ['resume']]);
  });

  it('steps by batch and by epoch while it is paused, and only then (AC-07)', () => {
    const step = find('glow-step');
    expect(step.disabled && find('glow-step-epoch').disabled).toBe(true);
    progress.show({ ...RUNNING, status: 'paused' });
    step.click();
    expect(step.disabled).toBe(true);
    // A fast step is over before its running is shown.
    progress.show({ ...RUNNING, status: 'paused', batch: 4 });
    expect(step.disabled).toBe(false);
    find('glow-step-epoch').click();
    expect(send.mock.calls).toEqual([['step'], ['step-epoch']]);
  });

  it.each([
    ['unknown', true, ''],
    ['interrupt', false, 'Stop interrupts the kernel'],
    ['nowhere', true, 'interrupt the kernel']
  ] as const)('says what cannot be clicked where the reach is %s (AC-05)', (reach, off, reason) => {
    progress.reach(reach);
    expect(find('glow-stop').disabled).toBe(off);
    for (const name of ['glow-pause', 'glow-step', 'glow-step-epoch']) {
      expect(find(name).disabled).toBe(true);
      const described = find(name).getAttribute('aria-describedby')!;
      expect(progress.element.querySelector(`[id='${described}']`)!.textContent).toContain(reason);
    }
    progress.reach('kernel');
    expect(find('glow-pause').disabled).toBe(false);
    expect(find('glow-message').textContent).toBe('');
  });

  it('can be stopped while it is paused', () => {
    progress.show({ ...RUNNING, status: 'paused' });
    expect(find('glow-stop').disabled).toBe(false);
  });

  it.each([
    ['stopped', 'Stopped'],
    ['interrupted', 'Interrupted'],
    ['diverged', 'Diverged'],
    ['failed', 'Failed'],
    ['done', 'Done']
  ])('says %s in a word of its own and offers nothing more', (status, word) => {
    progress.show({ ...RUNNING, status, message: 'after epoch 12' });
    expect(find('glow-status').textContent).toBe(word);
    expect(find('glow-stop').disabled && find('glow-pause').disabled).toBe(true);
    expect(progress.element.textContent).toContain('after epoch 12');
    expect(progress.element.textContent).not.toContain('left');
  });

  it('has the same elements from first to last', () => {
    const shape = (): string[] => Array.from(progress.element.children, child => child.className);
    const before = shape();
    progress.show({});
    progress.show({ ...RUNNING, status: 'done' });
    expect(shape()).toEqual(before);
  });

  it('never reads a message or metric as markup', () => {
    progress.show({ ...RUNNING, message: '<img>', metrics: { '<img>': '<img>' } });
    expect(progress.element.querySelector('img')).toBeNull();
  });
});

describe('Progress with curves', () => {
  it('names them above their place as soon as there are metrics', () => {
    const full = new Progress(null, document.createElement('div'));
    full.show(RUNNING);
    const titles = full.element.querySelectorAll('.glow-curve-title');
    expect(Array.from(titles, title => title.textContent)).toEqual(['loss', 'accuracy']);
  });
});

describe('TrainingOutput', () => {
  it('keeps the order of the metrics, though saved notebooks sort their keys', async () => {
    const output = new TrainingOutput();
    const saved = {
      state: { ...RUNNING, status: 'done', metrics: { accuracy: 0.5, loss: 0.1, val_loss: 0.2 } },
      history: { epochs: [1, 2], values: { accuracy: [0, 1], loss: [1, 0], val_loss: [1, 1] } },
      order: ['loss', 'val_loss', 'accuracy']
    };
    await output.renderModel({ data: { [TRAINING_MIME]: saved } } as never);
    const texts = (query: string): (string | null)[] =>
      Array.from(output.node.querySelectorAll(query), found => found.textContent);
    expect(texts('.glow-curve-title')).toEqual(['loss', 'accuracy']);
    expect(texts('tbody th')).toEqual(['loss', 'accuracy']);
    const plots = Array.from(output.node.querySelectorAll('.glow-curve-plot'));
    expect(plots.map(plot => plot.getAttribute('aria-label')?.split(' ')[0])).toEqual([
      'loss',
      'accuracy'
    ]);
  });
});

describe('readProgress', () => {
  it('takes anything', () => {
    for (const value of [null, 3, 'x', [], { status: 'toString', epoch: -1, metrics: 7 }]) {
      expect(readProgress(value)).toMatchObject({ status: 'running', epoch: 0, metrics: {} });
    }
  });
});

describe('buttons', () => {
  it('ignore a wish once the training has ended', () => {
    expect(isFinal('done')).toBe(true);
    expect(buttons('done', 'pause').pause).toEqual({ text: 'Pause', disabled: true });
  });
});
