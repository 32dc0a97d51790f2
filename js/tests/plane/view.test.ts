import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { readDocument } from '../../src/plane/document';
import { limits } from '../../src/plane/scales';
import { PlaneView } from '../../src/plane/view';
import { changed, fixture, pack } from '../documents';

let view: PlaneView;

function show(document: unknown): void {
  const read = readDocument(document);
  const [recording] = read.recordings;
  const coordinates = recording.planes[2];
  const words = { heading: 'tanh, Edges', provenance: '4096 samples', value: '30', runs: 8 };
  const content = { recording, coordinates, ghost: null, ...words };
  view.show({ ...content, limits: limits(read, coordinates) });
  vi.advanceTimersByTime(50);
}

function find<T extends HTMLElement>(testid: string): T {
  return view.element.querySelector<T>(`[data-testid="${testid}"]`)!;
}

function press(key: string): void {
  find('glow-plane').dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }));
  vi.advanceTimersByTime(50);
}

const pressed = (): (string | null)[] =>
  [0, 1].map(i => find(`glow-legend-${i}`).getAttribute('aria-pressed'));

beforeEach(() => {
  vi.useFakeTimers();
  view = new PlaneView();
  document.body.append(view.element);
});

afterEach(() => {
  view.dispose();
  vi.useRealTimers();
});

describe('PlaneView', () => {
  it('says in words what it shows, and counts its paints', () => {
    show(fixture());
    const plane = find('glow-plane');
    expect(plane.getAttribute('role')).toBe('img');
    expect(plane.getAttribute('aria-label')).toContain(
      'dense_1: I(X;T) 4.000 bits, I(T;Y) 0.400 bits at epoch 100'
    );
    expect(plane.dataset).toMatchObject({ revision: '1', value: '30' });
    show(fixture());
    expect(plane.dataset.revision).toBe('2');
  });

  it('paints once, however many changes there were', () => {
    show(fixture());
    for (let i = 0; i < 20; i++) {
      view.refresh();
    }
    vi.advanceTimersByTime(50);
    expect(find('glow-plane').dataset.revision).toBe('2');
  });

  it('toggles a layer by click, isolates it by double click and brings all back', () => {
    show(fixture());
    const first = find('glow-legend-0');
    first.click();
    expect(pressed()).toEqual(['false', 'true']);
    first.click();
    first.dispatchEvent(new MouseEvent('dblclick'));
    expect(pressed()).toEqual(['true', 'false']);
    first.dispatchEvent(new MouseEvent('dblclick'));
    expect(pressed()).toEqual(['true', 'true']);
    first.dispatchEvent(new MouseEvent('click', { shiftKey: true }));
    expect(pressed()).toEqual(['true', 'false']);
  });

  it('keeps hidden layers and the chosen epoch when a new document comes', () => {
    show(fixture());
    find('glow-legend-1').click();
    const epoch = find<HTMLInputElement>('glow-epoch');
    epoch.value = '0';
    epoch.dispatchEvent(new Event('input'));
    show(fixture());
    expect(pressed()).toEqual(['true', 'false']);
    expect(epoch.value).toBe('0');
    expect(epoch.getAttribute('aria-valuetext')).toBe('epoch 0');
    expect(find('glow-plane').getAttribute('aria-label')).toContain('epochs 0 to 0');
  });

  it('reads points by arrow keys and forgets them by Escape', () => {
    show(fixture());
    press('ArrowRight');
    const tooltip = find('glow-tooltip');
    expect(tooltip.hidden).toBe(false);
    expect(tooltip.textContent).toBe('denseepoch 100I(X;T)3.000 bitsI(T;Y)0.300 bits');
    press('ArrowDown');
    expect(tooltip.textContent).toContain('dense_1epoch 100');
    press('ArrowLeft');
    expect(tooltip.textContent).toContain('dense_1epoch 0');
    expect(view.element.querySelector('[aria-live]')!.textContent).toContain(
      'dense_1, epoch 0, I(X;T) 2.000 bits, I(T;Y) 0.200 bits, I(X;T): more than in the earlier'
    );
    press('Escape');
    expect(tooltip.hidden).toBe(true);
  });

  it('drops the point being read with its layer', () => {
    show(fixture());
    press('ArrowRight');
    find('glow-legend-0').click();
    vi.advanceTimersByTime(50);
    expect(find('glow-tooltip').hidden).toBe(true);
  });

  it('tells epochs that are not estimated from points that are missing', () => {
    show(changed('recordings.0.planes.2.xt', pack([1, 2, NaN, NaN], [1, 2, 2])));
    expect(view.element.textContent).toContain('1 of 2 epochs are not estimated');
    expect(view.element.textContent).not.toContain('not drawn');
  });

  it('counts the points that are missing', () => {
    show(changed('recordings.0.planes.2.xt', pack([1, NaN, 3, NaN], [1, 2, 2])));
    expect(view.element.textContent).toContain('2 points are not drawn');
    expect(find('glow-plane').getAttribute('aria-label')).toContain('dense_1: no values');
  });

  it.each([
    ['constant', fixture().recordings[0].epochs, [1, 1, 1, 1]],
    ['missing', fixture().recordings[0].epochs, [NaN, NaN, NaN, NaN]],
    ['single-epoch', [3], [1, 2]],
    ['empty', [], []]
  ])('shows %s input without an error', (_, epochs, values) => {
    const document = fixture();
    const shape = [1, epochs.length, 2];
    const [recording] = document.recordings;
    recording.epochs = epochs;
    recording.planes = [0, 1, 2].map(() => ({
      ...recording.planes[2],
      xt: pack(values, shape),
      ty: pack(values, shape)
    }));
    document.recordings = [recording];
    show(document);
    press('ArrowLeft');
    press('+');
    press('0');
    expect(find('glow-plane').dataset.revision).not.toBe('0');
    expect(find('glow-epoch').closest<HTMLElement>('.glow-epochs')!.hidden).toBe(epochs.length < 2);
  });

  it('never reads a name as markup', () => {
    show(changed('recordings.0.layers', ['<img src=x onerror=alert(1)>', '</script>']));
    press('ArrowRight');
    expect(document.querySelector('img')).toBeNull();
    expect(find('glow-tooltip').querySelector('strong')!.textContent).toBe(
      '<img src=x onerror=alert(1)>'
    );
  });
});
