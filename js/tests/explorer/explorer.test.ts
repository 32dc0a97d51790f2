import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Explorer } from '../../src/explorer';
import { changed, fixture, pack, plane, SLIDER, SMOOTH } from '../documents';

let explorer: Explorer;
const hooks = { onSelect: vi.fn(), ask: vi.fn() };

/** What was asked of the kernel. */
const asked = (action: string): any[] =>
  hooks.ask.mock.calls.map(([message]) => message).filter(message => message.action === action);

function find<T extends HTMLElement = HTMLInputElement>(testid: string): T {
  return explorer.element.querySelector<T>(`[data-testid="${testid}"]`)!;
}

function drag(index: number): void {
  const slider = find('glow-slider-bins');
  slider.value = String(index);
  slider.dispatchEvent(new Event('input'));
}

function release(): void {
  find('glow-slider-bins').dispatchEvent(new Event('change'));
}

function type(text: string): void {
  const box = find('glow-number-bins');
  box.value = text;
  box.dispatchEvent(new Event('change'));
}

function choose(testid: string, index: number): void {
  const select = find<HTMLSelectElement>(testid);
  select.selectedIndex = index;
  select.dispatchEvent(new Event('change'));
}

function drawn(): string | undefined {
  vi.advanceTimersByTime(50);
  return find('glow-plane').dataset.value;
}

const text = (): string => explorer.element.textContent ?? '';

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  explorer = new Explorer(hooks);
  document.body.append(explorer.element);
  explorer.setDocument(fixture());
});

afterEach(() => {
  explorer.dispose();
  vi.useRealTimers();
});

describe('Explorer', () => {
  it('names what a saved page had no room for', () => {
    const missing = (): boolean => text().includes('saved without KSG, EDGE on relu');
    expect(missing()).toBe(false);
    explorer.setDocument({ ...fixture(), explorer: { left_out: ['KSG', 'EDGE on relu'] } });
    expect(missing()).toBe(true);
  });

  it('offers recordings, estimators and the slider of the declaration', () => {
    const labels = Array.from(find<HTMLSelectElement>('glow-estimator').options, o => o.text);
    expect(labels).toEqual(['Binned', 'KDE', 'Edges']);
    expect(find('glow-number-bins').value).toBe('30');
    expect(text()).toContain('number of cells · 8 to 100');
    expect(drawn()).toBe('30');
  });

  it('follows the slider at once and tells its host', () => {
    drag(2);
    expect(find('glow-number-bins').value).toBe('100');
    expect(find('glow-slider-bins').getAttribute('aria-valuetext')).toBe('100');
    expect(drawn()).toBe('100');
    expect(hooks.onSelect).toHaveBeenLastCalledWith({
      recording: 'tanh',
      estimator: 'Binned',
      settings: { bins: 100 },
      slider: 'bins'
    });
    expect(asked('estimate')).toEqual([]);
  });

  it('refuses a typed value out of range and leaves the plane alone', () => {
    type('999');
    const box = find('glow-number-bins');
    expect(box.getAttribute('aria-invalid')).toBe('true');
    expect(explorer.element.querySelector('.glow-hint[role=alert]')!.textContent).toBe(
      'bins must be from 8 to 100, got 999.'
    );
    expect(drawn()).toBe('30');
    expect(hooks.onSelect).not.toHaveBeenCalled();
    type('100');
    expect(box.hasAttribute('aria-invalid')).toBe(false);
    expect(drawn()).toBe('100');
  });

  it('takes a typed value at Enter, and once', () => {
    const box = find('glow-number-bins');
    box.value = '100';
    box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
    expect(drawn()).toBe('100');
    box.dispatchEvent(new Event('change'));
    expect(hooks.onSelect).toHaveBeenCalledTimes(1);
    expect(text()).toContain('Ghost: bins 30');
  });

  it('shows the nearest kept value for a typed one in between, and says so', () => {
    type('40');
    expect(drawn()).toBe('30');
    expect(text()).toContain('bins 40 is not kept; showing the nearest, 30.');
  });

  it('goes back to the default', () => {
    const reset = find<HTMLButtonElement>('glow-reset-bins');
    expect(reset.disabled).toBe(true);
    drag(0);
    expect(reset.disabled).toBe(false);
    reset.click();
    expect(drawn()).toBe('30');
    expect(reset.disabled).toBe(true);
  });

  it('shows only the slider of the chosen estimator', () => {
    choose('glow-estimator', 1);
    expect(find('glow-slider-bins')).toBeNull();
    expect(find('glow-slider-variance')).not.toBeNull();
    choose('glow-estimator', 2);
    expect(explorer.element.querySelector('.glow-setting')).toBeNull();
    expect(drawn()).toBe('');
  });

  it('names the ghost and lets it be turned off', () => {
    drag(0);
    expect(text()).toContain('Ghost: bins 30');
    find('glow-ghost').click();
    expect(find('glow-ghost').checked).toBe(false);
  });

  it('hides what leaves no choice', () => {
    explorer.setDocument({
      ...fixture(),
      recordings: [
        changed('recordings.0.planes', [fixture().recordings[0].planes[2]]).recordings[0]
      ]
    });
    for (const testid of ['glow-recording', 'glow-estimator', 'glow-ghost']) {
      expect(find(testid).closest('[hidden]')).not.toBeNull();
    }
  });

  it('keeps the slider in the hand when a finer document comes', () => {
    const slider = find('glow-slider-bins');
    drag(2);
    explorer.setDocument(fixture());
    expect(find('glow-slider-bins')).toBe(slider);
    expect(drawn()).toBe('100');
  });

  describe('with a kernel', () => {
    beforeEach(() => explorer.setExact(true));

    it('asks once on release, shows that it waits, and takes the answer', () => {
      for (let i = 0; i < 50; i++) {
        drag(i + 1);
      }
      expect(asked('estimate')).toEqual([]);
      release();
      expect(asked('estimate')).toHaveLength(1);
      const [request] = asked('estimate');
      expect(explorer.element.classList).toContain('glow-pending');
      expect(text()).toContain(`Computing bins ${request.settings.bins}`);
      const arrays = { xt: pack([1, 2, 3, 4], [1, 2, 2]), ty: pack([1, 2, 3, 4], [1, 2, 2]) };
      explorer.take({ ...request, action: 'plane', ...arrays });
      expect(explorer.element.classList).not.toContain('glow-pending');
      expect(drawn()).toBe(String(request.settings.bins));
    });

    it('shows the epochs that came first, undimmed, and stays with them when cancelled', () => {
      type('50');
      const [request] = asked('estimate');
      const part = pack([NaN, NaN, 3, 4], [1, 2, 2]);
      explorer.take({ ...request, action: 'plane', done: false, xt: part, ty: part });
      expect(explorer.element.classList).not.toContain('glow-pending');
      expect(find('glow-cancel').hidden).toBe(false);
      expect(text()).toContain('bins 50: 1 of 2 epochs so far');
      expect(text()).not.toContain('not estimated');
      find('glow-cancel').click();
      expect(asked('cancel')).toHaveLength(1);
      expect(drawn()).toBe('50');
      drawn();
      expect(text()).toContain('1 of 2 epochs are not estimated');
    });

    it('cancels when the reader goes on', () => {
      type('50');
      expect(asked('cancel')).toEqual([]);
      type('30');
      expect(asked('cancel')).toHaveLength(1);
    });

    it('says when the kernel could not answer', () => {
      type('50');
      const [{ serial }] = asked('estimate');
      explorer.take({ action: 'failed', serial, message: 'Binned: no memory' });
      expect(text()).toContain('Binned: no memory');
      expect(explorer.element.classList).not.toContain('glow-pending');
    });

    it('says when an answer does not fit', () => {
      type('50');
      explorer.take({ ...asked('estimate')[0], action: 'plane', xt: 1, ty: 2 });
      expect(text()).toContain('answer.xt: expected an object, got 1');
    });
  });

  describe('with a catalogue', () => {
    const offer = (label: string): object => ({
      label,
      ordered: label === 'MINE',
      settings: { bins: 30 },
      sliders: [SLIDER]
    });
    const catalogue = (problems = {}): object => ({
      recordings: ['tanh'],
      estimators: [offer('Binned'), offer('MINE')],
      problems
    });

    it('dims the plane while the chosen estimator is still to come, and can be cancelled', () => {
      explorer.setCatalogue(catalogue());
      expect(find('glow-cancel').hidden).toBe(true);
      choose('glow-estimator', 1);
      expect(explorer.element.classList).toContain('glow-pending');
      expect(text()).toContain('Estimating MINE …');
      expect(text()).toContain('estimated when you let go');
      explorer.setBusy('Estimating MINE: 40 %');
      expect(text()).toContain('Estimating MINE: 40 %');
      find('glow-cancel').click();
      expect(asked('cancel')).not.toEqual([]);
      expect(hooks.onSelect).toHaveBeenLastCalledWith(
        expect.objectContaining({ estimator: 'Binned', settings: { bins: 30 } })
      );
      expect(explorer.element.classList).not.toContain('glow-pending');
    });

    it('offers estimators before there is a document', () => {
      explorer = new Explorer(hooks);
      explorer.setCatalogue(catalogue());
      const labels = Array.from(find<HTMLSelectElement>('glow-estimator').options, o => o.text);
      expect(labels).toEqual(['Binned', 'MINE']);
      expect(text()).toContain('Estimating Binned …');
      expect(find('glow-slider-bins')).not.toBeNull();
    });

    it('does not let an estimator be chosen that does not suit, and says why', () => {
      explorer.setCatalogue(catalogue({ tanh: { MINE: 'too few samples' } }));
      const { options } = find<HTMLSelectElement>('glow-estimator');
      expect(Array.from(options, o => [o.disabled, o.title]).slice(0, 2)).toEqual([
        [false, ''],
        [true, 'too few samples']
      ]);
    });

    it('explains a malformed one', () => {
      explorer.setCatalogue({ recordings: 3 });
      expect(text()).toContain('recordings: expected a list, got 3');
    });
  });

  it('shows every slider of an estimator, and says which had to go back', () => {
    const settings = { bins: 30, variance: 0.01 };
    const planes = [SLIDER, { ...SMOOTH, error: 4.2e-4 }].map(slider => ({
      ...plane('Two', slider),
      settings
    }));
    explorer.setDocument(changed('recordings.0.planes', planes));
    expect(text()).toContain('between kept values: error up to 4e-4 bits');
    drag(2);
    expect(drawn()).toBe('100,0.01');
    const variance = find('glow-slider-variance');
    variance.value = '0';
    variance.dispatchEvent(new Event('input'));
    expect(drawn()).toBe('30,0.001');
    expect(find('glow-number-bins').value).toBe('30');
    expect(text()).toContain('bins went back');
  });

  it('shows the word that stands for a number, and takes it typed', () => {
    const settings = { bins: 'median' };
    const planes = [null, SLIDER].map(slider => ({ ...plane('Word', slider), settings }));
    explorer.setDocument(changed('recordings.0.planes', planes));
    expect(find('glow-number-bins').value).toBe('median');
    expect(text()).toContain('8 to 100, or median');
    drag(2);
    expect(drawn()).toBe('100');
    type('median');
    expect(drawn()).toBe('median');
  });

  it('shows what the kernel is busy with', () => {
    explorer.setBusy('Estimating KDE: 40 of 300 epochs');
    expect(text()).toContain('Estimating KDE: 40 of 300 epochs');
  });

  it('follows a selection made in another view without telling it back', () => {
    explorer.select({
      recording: 'relu',
      estimator: 'Binned',
      settings: { bins: 100 },
      slider: 'bins'
    });
    expect(find<HTMLSelectElement>('glow-recording').selectedIndex).toBe(1);
    expect(drawn()).toBe('100');
    expect(hooks.onSelect).not.toHaveBeenCalled();
  });

  it('does not call epochs missing that are still to come', () => {
    explorer = new Explorer(hooks);
    explorer.setBusy('Estimating: 1 of 2 epochs');
    const half = pack([1, 2, NaN, NaN, 1, 2, NaN, NaN, 1, 2, NaN, NaN], [3, 2, 2]);
    explorer.setDocument(changed('recordings.0.planes.0.xt', half));
    expect(text()).not.toContain('not estimated');
    explorer.setBusy('');
    drawn();
    expect(text()).toContain('1 of 2 epochs are not estimated');
  });

  it('says what is being computed before there is a plane', () => {
    explorer = new Explorer(hooks);
    explorer.setBusy('Estimating the first curves');
    expect(text()).toContain('Estimating the first curves');
    expect(text()).not.toContain('No plane yet');
    explorer.setBusy('');
    expect(text()).toContain('No plane yet');
  });

  it('explains an empty and a malformed document instead of failing', () => {
    const problem = (): HTMLElement => explorer.element.querySelector('.glow-problem')!;
    expect(problem().hidden).toBe(true);
    explorer.setDocument({});
    expect(problem().textContent).toContain('No plane yet');
    explorer.setDocument('<b>not JSON</b>');
    expect(problem().textContent).toContain('document: expected JSON');
    expect(problem().querySelector('b')).toBeNull();
    explorer.setDocument(fixture());
    expect(problem().hidden).toBe(true);
    expect(drawn()).toBe('30');
  });
});
