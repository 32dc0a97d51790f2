import { describe, expect, it, vi } from 'vitest';

import { readHeader } from '../src/lab/recording-header';
import { exploreCode } from '../src/lab/recording-panel';
import { describeRecording } from '../src/lab/recording-view';
import { pageOf, savePng } from '../src/lab/save';
import { formatBytes } from '../src/format';
import { markTitleUntilSeen } from '../src/lab/title';
import { translation } from '../src/lab/words';
import { fixture } from './documents';

const HOSTILE = '</script><img src=x onerror="hacked()"><b>bold</b>';

function header(changes: object = {}): string {
  return JSON.stringify({
    format: 'glow.recording',
    version: 1,
    generator: 'pyglow 0.2.0',
    created: '2026-11-23T19:00:14+00:00',
    keep: 'weights',
    layers: [{ name: 'dense', shape: [3, 4], noise: null }],
    runs: null,
    epochs: [0, 1, 8],
    settings: { optimizer: { class_name: 'Adam', config: { learning_rate: 0.01 } }, metrics: [] },
    seed: 7,
    ...changes
  });
}

function shown(text: string, words = translation(null)): HTMLElement {
  const page = document.createElement('div');
  page.append(...describeRecording(text, 'tanh', { files: 3, bytes: 34_567 }, words));
  return page;
}

describe('a recording', () => {
  it('is described by its epochs, layers, settings and size', () => {
    const text = shown(header()).textContent;
    for (const part of ['3 snapshots, from epoch 0 to 8', '3 × 4', '35 kB in 3 files', 'Adam']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('optimizer.config.learning_rate');
    expect(text).not.toContain('Declared noise');
  });

  it('may have no epochs yet, several networks, and noise', () => {
    const layers = [{ name: 'code', shape: [2], noise: 0.5 }];
    const text = shown(header({ epochs: [], runs: 8, layers })).textContent;
    for (const part of ['none yet', '8 trained side by side', 'Declared noise', '0.5']) {
      expect(text).toContain(part);
    }
  });

  it('never becomes markup', () => {
    const layers = [{ name: HOSTILE, shape: [1], noise: null }];
    const settings = { [HOSTILE]: { [HOSTILE]: HOSTILE } };
    const page = shown(header({ layers, settings, generator: HOSTILE, created: HOSTILE }));
    expect(page.querySelectorAll('img, b, script')).toHaveLength(0);
    expect(page.textContent).toContain(HOSTILE);
  });

  it.each([
    ['{', 'expected JSON'],
    ['[]', 'recording.json: expected an object'],
    [header({ format: 'glow.plane' }), 'expected one of glow.recording'],
    [header({ version: 2 }), 'version: expected 1 (a newer PyGlow may read it)'],
    [header({ epochs: [3, 1] }), 'epochs: expected increasing numbers after 3'],
    [header({ layers: [{ name: 'a', shape: [0] }] }), 'layers[0].shape[0]'],
    [header({ keep: 'nothing' }), 'keep: expected one of weights, activations']
  ])('that is broken says where (%#)', (text, said) => {
    expect(() => readHeader(text)).toThrow(said);
    expect(shown(text).querySelector('[role=alert]')!.textContent).toContain(said);
  });

  it('is estimated by a line that holds its name as a Python text', () => {
    expect(exploreCode('a "b"\\c').split('\n').at(-1)).toBe(
      'EstimatorExplorer(Recording.open("a \\"b\\"\\\\c"))'
    );
  });
});

describe('AC-43: a saved web page', () => {
  it('runs its own script alone and holds the document as data', () => {
    const plane = JSON.stringify({ ...fixture(), title: HOSTILE });
    const page = pageOf(plane, HOSTILE, 'mount()');
    const parsed = new DOMParser().parseFromString(page, 'text/html');
    expect(parsed.querySelectorAll('img, b')).toHaveLength(0);
    expect(parsed.title).toBe(HOSTILE);
    const data = parsed.getElementById('glow-document')!.textContent;
    expect(JSON.parse(data)).toEqual(JSON.parse(plane));
    const policy = parsed.querySelector('meta[http-equiv]')!.getAttribute('content')!;
    const script = parsed.querySelector('script[nonce]')!;
    expect(policy).toContain(`'nonce-${script.getAttribute('nonce')}'`);
    expect(policy).toContain("default-src 'none'");
  });

  it('has another nonce each time', () => {
    const plane = JSON.stringify(fixture());
    expect(pageOf(plane, '', '')).not.toBe(pageOf(plane, '', ''));
  });
});

describe('a picture', () => {
  it('cannot be saved where no plane is in sight', () => {
    expect(() => savePng(document.createElement('div'))).toThrow('not in sight');
  });
});

describe('the title', () => {
  it('is marked until somebody looks, whatever else writes it', async () => {
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    document.title = 'a.ipynb';
    markTitleUntilSeen();
    document.title = 'b.ipynb';
    await vi.waitFor(() => expect(document.title).toBe('✓ b.ipynb'));
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event('visibilitychange'));
    expect(document.title).toBe('b.ipynb');
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1500, '1.5 kB'],
    [34_567, '35 kB'],
    [5_600_000, '5.6 MB']
  ])('of %i bytes', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
