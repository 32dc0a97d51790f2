import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Explorer } from '../../src/explorer';
import { css, epochColour } from '../../src/plane/colours';
import { fixture, pack } from '../documents';

let explorer: Explorer;
const hooks = { onSelect: vi.fn(), ask: vi.fn() };

const heights = btoa(String.fromCharCode(...Array.from({ length: 48 }, (_, i) => i * 5)));
const layer = { ends: [-1, 1], peak: 0.2, heights };
const table = (...epochs: number[]): object => ({
  ranges: [
    [-1, 1],
    [-2, 2]
  ],
  epochs,
  layers: epochs.map(() => [layer, layer])
});
const PRESET = {
  name: 'saxe-2018-relu',
  paper: 'Saxe et al., A paper',
  differs: 'Nothing.',
  estimator: 'Binned',
  settings: { bins: 100 }
};

/** The fixture with what an explorer saves beside planes. */
function saved(extras: object = {}): object {
  const presets = [PRESET, { ...PRESET, name: 'elsewhere', estimator: 'KSG' }];
  return {
    ...fixture(),
    explorer: { presets, sources: { tanh: '/data/tanh' }, ...extras }
  };
}

function all<T extends HTMLElement = HTMLInputElement>(testid: string): T[] {
  return Array.from(explorer.element.querySelectorAll<T>(`[data-testid="${testid}"]`));
}

const find = <T extends HTMLElement = HTMLInputElement>(testid: string): T => all<T>(testid)[0];

function drawn(plane = 0): string | undefined {
  vi.advanceTimersByTime(50);
  return all('glow-plane')[plane].dataset.value;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  explorer = new Explorer(hooks);
  document.body.append(explorer.element);
  explorer.setDocument(saved());
});

afterEach(() => {
  explorer.dispose();
  vi.useRealTimers();
});

describe('the strip (AC-34)', () => {
  const marked = (): string[] =>
    all('glow-thumbnail')
      .filter(item => item.getAttribute('aria-checked') === 'true')
      .map(item => item.textContent!);

  it('has a plane for values across the slider and marks the present one', () => {
    expect(all('glow-thumbnail').map(({ textContent }) => textContent)).toEqual(['8', '30', '100']);
    expect(marked()).toEqual(['30']);
  });

  it('is drawn in another theme, before which JupyterLab hides itself for a frame', async () => {
    const [canvas] = explorer.element.querySelectorAll<HTMLCanvasElement>('.glow-thumbnail');
    const width = vi.spyOn(canvas, 'clientWidth', 'get').mockReturnValue(0);
    const pen = new Proxy({} as CanvasRenderingContext2D, { get: () => () => undefined });
    const draw = vi.spyOn(canvas, 'getContext').mockReturnValue(pen as never);
    document.body.dataset.jpThemeLight = 'false';
    await Promise.resolve();
    width.mockReturnValue(123);
    vi.advanceTimersByTime(50);
    expect(draw).toHaveBeenCalled();
    expect(canvas.width).toBe(123);
    delete document.body.dataset.jpThemeLight;
  });

  it('sets the slider when one is taken', () => {
    all('glow-thumbnail')[2].click();
    expect(drawn()).toBe('100');
    expect(find('glow-number-bins').value).toBe('100');
    expect(marked()).toEqual(['100']);
  });

  it('is walked with the arrow keys, and entered at the present one', () => {
    const items = all('glow-thumbnail');
    expect(items.map(({ tabIndex }) => tabIndex)).toEqual([-1, 0, -1]);
    items[1].focus();
    items[1].dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }));
    expect(document.activeElement).toBe(items[0]);
    expect(drawn()).toBe('8');
  });

  it('is not there for an estimator without a slider', () => {
    const select = find<HTMLSelectElement>('glow-estimator');
    select.selectedIndex = 2;
    select.dispatchEvent(new Event('change'));
    expect(find('glow-strip').hidden).toBe(true);
    expect(find('glow-sensitivity').hidden).toBe(true);
  });
});

describe('papers', () => {
  function choose(name: string): void {
    const select = find<HTMLSelectElement>('glow-preset');
    select.selectedIndex = Array.from(select.options, ({ text }) => text).indexOf(name);
    select.dispatchEvent(new Event('change'));
  }

  it('are offered where their estimator is', () => {
    const { options } = find<HTMLSelectElement>('glow-preset');
    expect(Array.from(options, ({ text }) => text)).toEqual(['own settings', 'saxe-2018-relu']);
  });

  it('set estimator and settings, say what differs, and let go of a moved slider', () => {
    choose('saxe-2018-relu');
    expect(drawn()).toBe('100');
    expect(find('glow-preset-note').textContent).toBe('Saxe et al., A paper. Differs: Nothing.');
    all('glow-thumbnail')[0].click();
    expect(find<HTMLSelectElement>('glow-preset').selectedIndex).toBe(0);
    expect(find('glow-preset-note').hidden).toBe(true);
  });
});

describe('own settings', () => {
  function choose(index: number): void {
    const select = find<HTMLSelectElement>('glow-preset');
    select.selectedIndex = index;
    select.dispatchEvent(new Event('change'));
  }

  it('come back after a paper’s', () => {
    all('glow-thumbnail')[0].click();
    choose(1);
    expect(find('glow-number-bins').value).toBe('100');
    choose(0);
    expect(find('glow-number-bins').value).toBe('8');
    expect(drawn()).toBe('8');
  });

  it('are the defaults where there were no others', () => {
    all('glow-thumbnail')[2].click();
    choose(0);
    expect(find('glow-number-bins').value).toBe('30');
  });
});

describe('the sensitivity chart', () => {
  it('says what the document cannot tell from two epochs', () => {
    expect(find('glow-sensitivity').textContent).toContain(
      'At bins 30, no layer loses more than noise would show and than 0.1 bits.'
    );
  });
});

describe('the line of Python (AC-35)', () => {
  it('is copied for what is drawn', async () => {
    const writeText = vi.fn().mockResolvedValue(undefined);
    vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText } });
    all('glow-thumbnail')[2].click();
    find('glow-copy').click();
    await vi.advanceTimersByTimeAsync(0);
    expect(writeText).toHaveBeenCalledWith(
      'from glow import estimators; from glow.dynamics import Recording, plane; ' +
        'p = plane(Recording.open("/data/tanh"), estimators.get("binned", range=[-1, 1], bins=100))'
    );
    expect(find('glow-copy').textContent).toBe('Copied');
    vi.unstubAllGlobals();
  });

  it('is shown where the browser does not let it be copied', async () => {
    vi.stubGlobal('navigator', { ...navigator, clipboard: undefined });
    find('glow-copy').click();
    await vi.advanceTimersByTimeAsync(0);
    expect(find('glow-code').hidden).toBe(false);
    expect(find('glow-code').value).toContain('estimators.get("binned"');
    vi.unstubAllGlobals();
  });
});

describe('recordings side by side', () => {
  it('move together, and stand where they stood', () => {
    const [first] = all('glow-epoch');
    first.value = '0';
    first.dispatchEvent(new Event('input'));
    expect(all('glow-plane')).toHaveLength(1);
    find('glow-beside').click();
    expect(all('glow-plane')).toHaveLength(2);
    expect(find('glow-strip').textContent).toMatch(/^Planes across bins \(in tanh\)/);
    expect(all('glow-epoch').map(({ value }) => value)).toEqual(['0', '0']);
    expect(hooks.onSelect).toHaveBeenLastCalledWith(expect.objectContaining({ beside: true }));
    all('glow-thumbnail')[0].click();
    expect([drawn(0), drawn(1)]).toEqual(['8', '8']);
    const [one, other] = all('glow-epoch').reverse();
    one.value = '1';
    one.dispatchEvent(new Event('input'));
    expect(other.value).toBe('1');
    find('glow-beside').click();
    expect(all('glow-plane')).toHaveLength(1);
  });

  it('give an epoch one colour, however long each recording is', () => {
    const document = saved() as Record<string, any>;
    document.recordings[1].epochs = [0, 9];
    explorer.setDocument(document);
    const bars = explorer.element.getElementsByClassName('glow-epoch-track');
    const ends = (): string[] =>
      Array.from(bars, bar => (bar as HTMLElement).style.backgroundImage.match(/rgb.*?\)/g)![1]);
    find('glow-beside').click();
    vi.advanceTimersByTime(50);
    const colour = (fraction: number): string => css(epochColour(fraction, true));
    expect(ends()).toEqual([colour(Math.log(10) / Math.log(101)), colour(1)]);
    find('glow-beside').click();
    vi.advanceTimersByTime(50);
    expect(ends()).toEqual([colour(1)]);
  });

  it('share legend, tools and epoch bar, each with its own button to save', () => {
    find('glow-beside').click();
    const shared = explorer.element.querySelector('.glow-beside')!;
    const order = Array.from(shared.children, child => child.classList[0]);
    expect(order).toEqual(['glow-view-head', 'glow-planes', 'glow-epochs']);
    expect(all('glow-save').map(each => each.closest('.glow-plane-head')?.textContent)).toEqual([
      'tanh',
      'relu'
    ]);
    all('glow-legend-0')[0].click();
    const pressed = all('glow-legend-0').map(each => each.getAttribute('aria-pressed'));
    expect(pressed).toEqual(['false', 'false']);
    find('glow-beside').click();
    expect(find('glow-save').closest('.glow-tools')).not.toBeNull();
    expect(explorer.element.querySelector('.glow-view .glow-epochs')).not.toBeNull();
  });

  it('are each exact, one after the other, and say where they still stand', () => {
    explorer.setExact(true);
    find('glow-beside').click();
    const box = find('glow-number-bins');
    box.value = '50';
    box.dispatchEvent(new Event('change'));
    const asked = (): any[] =>
      hooks.ask.mock.calls.map(([message]) => message).filter(m => m.action === 'estimate');
    const answer = (request: any): void =>
      explorer.take({
        ...request,
        action: 'plane',
        xt: pack([0.1, 0.2, 0.3, 0.4], [1, 2, 2]),
        ty: pack([0.1, 0.2, 0.3, 0.4], [1, 2, 2])
      });
    expect(asked().map(({ recording }) => recording)).toEqual(['tanh']);
    answer(asked()[0]);
    expect([drawn(0), drawn(1)]).toEqual(['50', '30']);
    expect(explorer.element.textContent).toContain('relu, still at bins 30');
    expect(asked().map(({ recording }) => recording)).toEqual(['tanh', 'relu']);
    answer(asked()[1]);
    expect([drawn(0), drawn(1)]).toEqual(['50', '50']);
    expect(asked()).toHaveLength(2);
  });
});

describe('the histogram of the touched point', () => {
  const edges = (): string =>
    find('glow-histogram').querySelector<HTMLElement>('svg')!.dataset.edges!;

  it('is there without a kernel, with cells that follow the slider', () => {
    expect(find('glow-histogram').hidden).toBe(true);
    const own = fixture().recordings[0];
    own.planes[0].settings = { range: 'global' };
    const document = saved({ histograms: { tanh: table(0, 100) } });
    explorer.setDocument({ ...document, recordings: [own] });
    expect(find('glow-histogram').textContent).toContain('Activations of dense at epoch 100');
    expect(find('glow-histogram').textContent).toContain(
      '30 cells from -2 to 2, each 0.1333 wide.'
    );
    expect(edges()).toBe('31');
    all('glow-thumbnail')[0].click();
    expect(edges()).toBe('9');
  });

  it('is asked of the kernel once the pointer rests, and shown when it comes', () => {
    explorer.setExact(true);
    vi.advanceTimersByTime(400);
    expect(hooks.ask).toHaveBeenCalledWith({
      action: 'histogram',
      recording: 'tanh',
      estimator: 'Binned',
      epoch: 100
    });
    explorer.take({ action: 'histogram', recording: 'tanh', table: table(100) });
    expect(find('glow-histogram').hidden).toBe(false);
    hooks.ask.mockClear();
    all('glow-thumbnail')[0].click();
    vi.advanceTimersByTime(400);
    expect(hooks.ask).not.toHaveBeenCalledWith(expect.objectContaining({ action: 'histogram' }));
  });

  it('says when the kernel sent nonsense', () => {
    explorer.take({ action: 'histogram', recording: 'tanh', table: { ranges: 3 } });
    expect(explorer.element.textContent).toContain('histogram.ranges: expected a list, got 3');
  });
});

describe('known answers', () => {
  const rows = [
    { coordinate: 'xt', known: 2, estimate: 1.5, sd: 0.1 },
    { coordinate: 'ty', known: 0.5, estimate: 0.75, sd: 0.1 }
  ];

  it('need a kernel', () => {
    expect(find('glow-known').hidden).toBe(true);
    explorer.setExact(true);
    expect(find('glow-known').hidden).toBe(false);
  });

  const known = (bins: number): object => ({
    recording: 'tanh',
    estimator: 'Binned',
    settings: { bins },
    layer: 'dense',
    epoch: 100,
    rows
  });
  const OFF = 'I(X;T) off by up to −0.500 bits. I(T;Y) off by up to 0.250 bits.';

  it('are asked for the touched point and shown at their setting alone', () => {
    explorer.setExact(true);
    find('glow-ask-known').click();
    const asked = hooks.ask.mock.calls.map(([message]) => message);
    const [wish] = asked.filter(({ action }) => action === 'calibrate');
    expect(wish).toMatchObject({ settings: { bins: 30 }, layer: 'dense', epoch: 100 });
    explorer.take({ ...known(8), action: 'known' });
    expect(find('glow-known').textContent).toContain('Asking');
    explorer.take({ ...known(30), action: 'known' });
    expect(find('glow-known').textContent).toContain(OFF);
    all('glow-thumbnail')[2].click();
    expect(find('glow-known').textContent).not.toContain('off by');
  });

  it('are there without a kernel where they were saved', () => {
    explorer.setDocument(saved({ known: [known(30)] }));
    expect(find('glow-known').hidden).toBe(false);
    expect(find('glow-ask-known').hidden).toBe(true);
    expect(find('glow-known').textContent).toContain(`bins 30 on samples that look like dense`);
    expect(find('glow-known').textContent).toContain(OFF);
    all('glow-thumbnail')[0].click();
    expect(find('glow-known').hidden).toBe(true);
  });

  it('are refused where they are malformed', () => {
    explorer.take({ ...known(30), action: 'known', rows: [{ coordinate: 'z' }] });
    expect(explorer.element.textContent).toContain('answer.rows[0].coordinate');
  });

  it('say why there are none', () => {
    explorer.setExact(true);
    find('glow-ask-known').click();
    explorer.take({ action: 'failed', asked: 'calibrate', message: 'KSG: too few samples' });
    expect(find('glow-known').textContent).toContain('KSG: too few samples');
  });
});

it('begins at what was selected when it was saved', () => {
  explorer.dispose();
  explorer = new Explorer();
  const settings = { bins: 8 };
  const selection = { recording: 'relu', estimator: 'Binned', settings, slider: 'bins' };
  explorer.setDocument(saved({ selection }));
  document.body.append(explorer.element);
  expect(find<HTMLSelectElement>('glow-recording').selectedIndex).toBe(1);
  expect(drawn()).toBe('8');
});

describe('saved verdicts (AC-33, AC-39)', () => {
  /** Codes of three values, two epochs and two layers: the last value was not judged. */
  const codes = btoa(String.fromCharCode(0, 0, 1, 0, 0, 1, 0, 0, 255, 255, 255, 255));
  const said = { phrases: ['reliable', 'at ceiling'], codes: { dtype: 'uint8', data: codes } };
  const verdicts = { ...said, codes: { ...said.codes, shape: [3, 2, 2] } };

  function read(key: string): string {
    const plane = find('glow-plane');
    vi.advanceTimersByTime(50);
    plane.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home' }));
    plane.dispatchEvent(new KeyboardEvent('keydown', { key }));
    vi.advanceTimersByTime(50);
    return find('glow-tooltip').textContent!;
  }

  beforeEach(() => {
    Object.defineProperties(HTMLElement.prototype, {
      clientWidth: { configurable: true, get: () => 600 },
      clientHeight: { configurable: true, get: () => 400 }
    });
    const own = fixture().recordings[0];
    own.planes[0].verdicts = { xt: verdicts, ty: verdicts };
    explorer.setDocument({ ...saved(), recordings: [own] });
  });

  afterEach(() => {
    for (const side of ['clientWidth', 'clientHeight']) {
      Reflect.deleteProperty(HTMLElement.prototype, side);
    }
  });

  it('are those of the value that is drawn', () => {
    expect(read('Home')).toContain('Nothing speaks against it.');
    const remarks = find('glow-remarks').textContent;
    all('glow-thumbnail')[0].click();
    vi.advanceTimersByTime(50);
    expect(find('glow-remarks').textContent).not.toBe(remarks);
    expect(find('glow-remarks').textContent).not.toContain('nearest');
  });

  it('are those of the nearest value that was judged, and say so', () => {
    all('glow-thumbnail')[2].click();
    expect(read('Home')).toContain('Nothing speaks against it at bins 30, the nearest');
    expect(find('glow-remarks').textContent).toContain('Judged at bins 30, the nearest');
  });

  it('are missing where nobody asked', () => {
    explorer.setDocument(saved());
    expect(read('Home')).toContain('Not judged by the estimator.');
  });
});

it('marks a layer that could not be estimated, with the reason', () => {
  const own = fixture().recordings[0];
  own.planes[2].xt = pack([1, NaN, 2, NaN], [1, 2, 2]);
  own.planes[2].refused = 'dense_1: ZeroDivisionError: no such width';
  explorer.setDocument({ ...saved(), recordings: [{ ...own, planes: [own.planes[2]] }] });
  vi.advanceTimersByTime(50);
  const [whole, lacking] = [find('glow-legend-0'), find('glow-legend-1')];
  expect(whole.classList.contains('glow-lacking')).toBe(false);
  expect(lacking.classList.contains('glow-lacking')).toBe(true);
  expect(lacking.title).toContain('dense_1: 2 points missing. dense_1: ZeroDivisionError');
  expect(find('glow-remarks').textContent).toContain('no such width');
});
