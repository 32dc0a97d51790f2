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

const drag = (index: number): void => {
  const slider = find<HTMLInputElement>('glow-epoch');
  slider.value = String(index);
  slider.dispatchEvent(new Event('input'));
  vi.advanceTimersByTime(50);
};

const label = (): string => find('glow-plane').getAttribute('aria-label')!;

/** A document whose first recording has this many epochs. */
function long(epochs: number): Record<string, any> {
  const document = fixture();
  const [recording] = document.recordings;
  const shape = [1, epochs, 2];
  const values = Array.from({ length: 2 * epochs }, (_, i) => 1 + i / 1000);
  recording.epochs = Array.from({ length: epochs }, (_, i) => i);
  recording.planes = [0, 1, 2].map(() => ({
    ...recording.planes[2],
    xt: pack(values, shape),
    ty: pack(values, shape)
  }));
  document.recordings = [recording];
  return document;
}

const ready = (reduced: boolean) => (query: string) => ({
  matches: reduced && query.includes('reduced-motion'),
  addEventListener: () => undefined,
  removeEventListener: () => undefined
});

describe('Play (AC-17, AC-52)', () => {
  const { matchMedia } = window;
  afterEach(() => Object.assign(window, { matchMedia }));

  it('goes through the epochs from the first and stops at the end', () => {
    show(long(40));
    find('glow-play').click();
    vi.advanceTimersByTime(60);
    expect(find<HTMLInputElement>('glow-epoch').value).toBe('0');
    expect(find('glow-play').getAttribute('aria-label')).toBe('Pause');
    const seen = new Set<string>();
    for (let i = 0; i < 800; i++) {
      vi.advanceTimersByTime(16);
      seen.add(find<HTMLInputElement>('glow-epoch').value);
    }
    expect(seen.size).toBe(40);
    expect(label()).toContain('epochs 0 to 39');
    expect(find('glow-play').getAttribute('aria-label')).toBe('Play');
  });

  it('pauses by a click and gives way to a hand on the slider', () => {
    show(long(40));
    find('glow-play').click();
    vi.advanceTimersByTime(1500);
    find('glow-play').click();
    const { value } = find<HTMLInputElement>('glow-epoch');
    vi.advanceTimersByTime(1500);
    expect(find<HTMLInputElement>('glow-epoch').value).toBe(value);
    find('glow-play').click();
    vi.advanceTimersByTime(500);
    drag(3);
    vi.advanceTimersByTime(1500);
    expect(find<HTMLInputElement>('glow-epoch').value).toBe('3');
  });

  it('asks first where reduced motion is wanted', () => {
    Object.assign(window, { matchMedia: ready(true) });
    show(long(40));
    find('glow-play').click();
    vi.advanceTimersByTime(500);
    expect(find('glow-play-question').hidden).toBe(false);
    expect(label()).toContain('epochs 0 to 39');
    find('glow-play-no').click();
    vi.advanceTimersByTime(500);
    expect(label()).toContain('epochs 0 to 39');
    find('glow-play').click();
    find('glow-play-yes').click();
    vi.advanceTimersByTime(500);
    expect(find('glow-play-question').hidden).toBe(true);
    expect(label()).not.toContain('epochs 0 to 39');
  });

  it('stops when the view is gone', () => {
    show(long(40));
    find('glow-play').click();
    view.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the keys around (AC-44)', () => {
  it('go on to JupyterLab with Ctrl, and stay here without', () => {
    show(fixture());
    const heard: string[] = [];
    view.element.addEventListener('keydown', event => heard.push((event as KeyboardEvent).key));
    const send = (from: string, init: KeyboardEventInit): boolean =>
      find(from).dispatchEvent(
        new KeyboardEvent('keydown', { ...init, bubbles: true, cancelable: true })
      );
    for (const from of ['glow-plane', 'glow-epoch']) {
      expect(send(from, { key: 'C', ctrlKey: true, shiftKey: true })).toBe(true);
      expect(send(from, { key: 'ArrowLeft', ctrlKey: true })).toBe(true);
      expect(send(from, { key: 'd' })).toBe(true);
      send(from, { key: 'ArrowLeft', shiftKey: true });
    }
    expect(heard).toEqual(['C', 'ArrowLeft', 'C', 'ArrowLeft']);
    expect(find('glow-tooltip').hidden).toBe(true);
  });
});

describe('Escape (AC-44)', () => {
  const escape = (from: string): void => {
    const key = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
    find(from).dispatchEvent(key);
    vi.advanceTimersByTime(50);
  };

  it('leaves the panel for saving, the question before Play and the point that is read', () => {
    show(long(5));
    find('glow-save').click();
    escape('glow-save-png');
    expect(find('glow-save-panel').hidden).toBe(true);
    expect(find('glow-save').getAttribute('aria-expanded')).toBe('false');
    expect(document.activeElement).toBe(find('glow-save'));
    press('Home');
    expect(find('glow-tooltip').hidden).toBe(false);
    escape('glow-plane');
    expect(find('glow-tooltip').hidden).toBe(true);
    const { matchMedia } = window;
    Object.assign(window, { matchMedia: ready(true) });
    find('glow-play').click();
    escape('glow-play-yes');
    Object.assign(window, { matchMedia });
    expect(find('glow-play-question').hidden).toBe(true);
    expect(document.activeElement).toBe(find('glow-play'));
  });
});

describe('the table (AC-47)', () => {
  const open = (): void => {
    const table = view.element.querySelector('details')!;
    table.open = true;
    table.dispatchEvent(new Event('toggle'));
  };
  const rows = (): string[][] =>
    [...find('glow-table').querySelectorAll('tbody tr')].map(row =>
      [...row.children].map(cell => cell.textContent)
    );

  it('has every number of the picture, doubtful ones marked', () => {
    show(fixture());
    expect(rows()).toEqual([]);
    open();
    expect(rows()).toEqual([
      ['0', '1.000', '0.100', '2.000°', '0.200°'],
      ['100', '3.000', '0.300', '4.000°', '0.400°']
    ]);
    const heads = [...find('glow-table').querySelectorAll('thead th')].map(th => th.textContent);
    expect(heads.slice(0, 5)).toEqual([
      'Epoch',
      'dense',
      'dense_1',
      'I(X;T) (bits)',
      'I(T;Y) (bits)'
    ]);
  });

  it('follows another plane while it is open', () => {
    show(fixture());
    open();
    show(changed('recordings.0.planes.2.xt', pack([1, 2, NaN, 0.5], [1, 2, 2])));
    vi.advanceTimersByTime(1000);
    expect(rows()[1]).toEqual(['100', '–', '0.300', '0.500', '0.400']);
  });
});

describe('PlaneView', () => {
  it('moves, zooms and reads to the ends by keys', () => {
    show(fixture());
    press('End');
    expect(find('glow-tooltip').textContent).toContain('denseepoch 100');
    press('Home');
    expect(find('glow-tooltip').textContent).toContain('denseepoch 0');
    const before = find('glow-plane').dataset.revision;
    press('+');
    find('glow-plane').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'ArrowLeft', shiftKey: true })
    );
    vi.advanceTimersByTime(50);
    expect(Number(find('glow-plane').dataset.revision)).toBe(Number(before) + 2);
    expect(find('glow-tooltip').textContent).toContain('denseepoch 0');
  });

  it('offers the band only where there is a spread, and says what it is', () => {
    show(fixture());
    expect(find('glow-band').hidden).toBe(true);
    const spread = pack([0.1, 0.2, 0.1, NaN], [1, 2, 2]);
    const diagnostics = { xt_run_std: spread, ty_run_std: spread };
    show(changed('recordings.0.planes.2.diagnostics', diagnostics));
    expect(find('glow-band').hidden).toBe(false);
    expect(find('glow-remarks').textContent).toContain('± one standard deviation over 8 runs');
    press('Home');
    expect(find('glow-tooltip').textContent).toContain('1.000 ± 0.100 bits');
    find('glow-band').click();
    vi.advanceTimersByTime(50);
    expect(find('glow-band').getAttribute('aria-pressed')).toBe('false');
    expect(find('glow-remarks').textContent).not.toContain('deviation');
  });

  it('says why points were refused', () => {
    const document = changed('recordings.0.planes.2.xt', pack([1, NaN, 3, NaN], [1, 2, 2]));
    const codes = (bytes: number[]): Record<string, unknown> => ({
      phrases: ['refused: too few samples for k = 9.', 'at ceiling'],
      codes: { dtype: 'uint8', shape: [1, 2, 2], data: btoa(String.fromCharCode(...bytes)) }
    });
    const [none, both, ceiling] = [
      codes([255, 255, 255, 255]),
      codes([255, 0, 255, 0]),
      codes([255, 1, 255, 1])
    ];
    // Judged before it has come: no refusal.
    document.recordings[0].planes[2].verdicts = { xt: ceiling, ty: none };
    show(document);
    expect(find('glow-remarks').textContent).not.toContain('refused');
    document.recordings[0].planes[2].verdicts = { xt: both, ty: none };
    show(document);
    expect(find('glow-remarks').textContent).toContain(
      'The estimator refused points: too few samples for k = 9.'
    );
  });

  it('says that it is not judged yet, or being judged', () => {
    const document = fixture();
    show(document);
    expect(find('glow-remarks').textContent).toContain('Not judged yet');
    const codes = { dtype: 'uint8', shape: [1, 2, 2], data: btoa('\x00\xff\x00\xff') };
    const said = { phrases: ['reliable'], codes };
    document.recordings[0].planes[2].verdicts = { xt: said, ty: said };
    show(document);
    expect(find('glow-remarks').textContent).toContain('Being judged: 2 of 4 points');
    said.codes.data = btoa('\x00\x00\x00\x00');
    show(document);
    expect(find('glow-remarks').textContent).not.toContain('judged');
  });

  it('explains its open marks (AC-33)', () => {
    show(fixture());
    expect(find('glow-remarks').textContent).toContain('Open marks: 2 points');
    expect(find('glow-remarks').textContent).toContain('2 out of layer order');
    drag(0);
    expect(find('glow-remarks').textContent).toContain('Open marks: 1 point ');
    find('glow-legend-1').click();
    vi.advanceTimersByTime(50);
    expect(find('glow-remarks').textContent).not.toContain('Open marks');
  });

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

  it('toggles a layer by click, isolates it by double click and brings all back (AC-16)', () => {
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

  it('reads on to the right from the first epoch, to the left from the last one shown', () => {
    show(long(40));
    drag(20);
    const read = (...keys: string[]): string => {
      keys.forEach(press);
      const { textContent } = find('glow-tooltip');
      press('Escape');
      return /epoch \d+/.exec(textContent)![0];
    };
    expect(read('ArrowRight')).toBe('epoch 0');
    expect(read('ArrowRight', 'ArrowRight')).toBe('epoch 1');
    expect(read('ArrowLeft')).toBe('epoch 20');
    expect(read('ArrowLeft', 'ArrowLeft')).toBe('epoch 19');
    expect(read('ArrowDown')).toBe('epoch 20');
  });

  it('reads points by arrow keys and forgets them by Escape (AC-13)', () => {
    show(fixture());
    press('ArrowLeft');
    const tooltip = find('glow-tooltip');
    expect(tooltip.hidden).toBe(false);
    expect(tooltip.textContent).toBe(
      'denseepoch 100I(X;T)3.000 bitsI(T;Y)0.300 bitsNot judged by the estimator.'
    );
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

  it('counts the points that are missing (AC-20)', () => {
    show(changed('recordings.0.planes.2.xt', pack([1, NaN, 3, NaN], [1, 2, 2])));
    expect(view.element.textContent).toContain('2 points are not drawn');
    expect(find('glow-plane').getAttribute('aria-label')).toContain('dense_1: no values');
  });

  it.each([
    ['constant', fixture().recordings[0].epochs, [1, 1, 1, 1]],
    ['missing', fixture().recordings[0].epochs, [NaN, NaN, NaN, NaN]],
    ['single-epoch', [3], [1, 2]],
    ['empty', [], []]
  ])('shows %s input without an error (AC-20)', (_, epochs, values) => {
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
