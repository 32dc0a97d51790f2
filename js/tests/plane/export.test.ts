import { describe, expect, it } from 'vitest';

import type { Choices, PlaneContent } from '../../src/plane/content';
import { settingsLine } from '../../src/plane/content';
import { toCsv } from '../../src/plane/csv';
import { readDocument } from '../../src/plane/document';
import { exported, fileName, Format } from '../../src/plane/export';
import { SIZES } from '../../src/plane/figure';
import { limits } from '../../src/plane/scales';
import { changed, fixture } from '../documents';

const ALL: Choices = { visible: [true, true], upto: 1, band: true };

function content(document: unknown = fixture()): PlaneContent {
  const read = readDocument(document);
  const [recording] = read.recordings;
  const coordinates = recording.planes[2];
  const words = {
    heading: 'tanh, Edges',
    provenance: 'edges, bins 30 · 4096 samples · pyglow 0.2'
  };
  const shown = { ghost: null, value: '', runs: 8, limits: limits(read, coordinates) };
  return { recording, coordinates, ...words, ...shown };
}

async function textOf(format: Format, of = content(), choices = ALL): Promise<string> {
  const request = { content: of, choices, view: of.limits, size: 'page' as const };
  const { blob } = await exported(format, request);
  return new Promise(resolve => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result)));
    reader.readAsText(blob);
  });
}

async function svgOf(of = content(), choices = ALL): Promise<Document> {
  const parsed = new DOMParser().parseFromString(await textOf('SVG', of, choices), 'image/svg+xml');
  expect(parsed.querySelector('parsererror')).toBeNull();
  return parsed;
}

const texts = (svg: Document): string[] =>
  [...svg.querySelectorAll('text')].map(text => text.textContent);

describe('a figure as SVG (AC-19)', () => {
  it('has axes, ceilings, legend, epoch bar, title and the line of settings', async () => {
    expect(texts(await svgOf())).toEqual(
      expect.arrayContaining([
        'I(X;T) (bits)',
        'I(T;Y) (bits)',
        'log₂ N = 12 bits',
        'H(Y) = 0.999 bits',
        'dense',
        'dense_1',
        'Epoch',
        '100',
        'open: doubtful',
        'tanh, Edges',
        'edges, bins 30 · 4096 samples · pyglow 0.2'
      ])
    );
  });

  it('is opaque, of the printed width that was chosen, and described in words', async () => {
    const root = (await svgOf()).documentElement;
    expect(root.getAttribute('width')).toBe('183mm');
    const [, , width, height] = root.getAttribute('viewBox')!.split(' ').map(Number);
    expect(width).toBe(SIZES.page.width);
    const [ground] = root.querySelectorAll('rect');
    expect(ground.getAttribute('fill')).toBe('rgb(255, 255, 255)');
    expect(Number(ground.getAttribute('width'))).toBe(width);
    expect(Number(ground.getAttribute('height'))).toBe(height);
    expect(ground.hasAttribute('fill-opacity')).toBe(false);
    expect(root.querySelector('title')!.textContent).toContain('dense_1: I(X;T) 4.000 bits');
  });

  it('shows the chosen layers and epochs only', async () => {
    const svg = await svgOf(content(), { visible: [true, false], upto: 0, band: true });
    expect(texts(svg)).not.toContain('dense_1');
    expect(texts(svg)).not.toContain('100');
  });

  it('explains the ghost and the band where they are drawn', async () => {
    const of = content();
    const both = ['previous setting', '± s.d. over runs'];
    const plain = texts(await svgOf());
    both.forEach(key => expect(plain).not.toContain(key));
    const spread = { xt: of.coordinates.xt, ty: of.coordinates.ty, over: 'runs' as const };
    const coordinates = { ...of.coordinates, spread };
    const svg = await svgOf({ ...of, coordinates, ghost: of.coordinates });
    expect(texts(svg)).toEqual(expect.arrayContaining(both));
  });

  it('takes any name for text', async () => {
    const name = '<script>alert("1")</script> & \u0000\ud800';
    const svg = await svgOf(content(changed('recordings.0.layers', [name, 'b'])));
    expect(svg.querySelector('script')).toBeNull();
    expect(texts(svg).some(text => text.startsWith('<script>'))).toBe(true);
  });

  it.each([[[]], [[3]]])('draws planes of epochs %j too (AC-20)', async epochs => {
    const of = content();
    const none = Float64Array.from(epochs.flatMap(() => [1, Infinity]));
    const recording = { ...of.recording, epochs };
    await svgOf(
      { ...of, recording, coordinates: { xt: none, ty: none } },
      {
        ...ALL,
        upto: epochs.length - 1
      }
    );
  });
});

describe('a plane as CSV (AC-19)', () => {
  it('has every point with what is known of it, and where it comes from', () => {
    const of = content();
    const spread = {
      xt: Float64Array.of(0.5, 0.25, 0, NaN),
      ty: of.coordinates.ty,
      over: 'runs' as const
    };
    const verdicts = { xt: ['at ceiling', null, null, 'a, b'], ty: [null, null, null, 'say "no"'] };
    expect(
      toCsv({ ...of, coordinates: { ...of.coordinates, spread, verdicts } }).split('\n')
    ).toEqual([
      '# tanh, Edges',
      '# edges, bins 30 · 4096 samples · pyglow 0.2',
      '# xt: I(X;T) (bits), ty: I(T;Y) (bits)',
      'epoch,layer,xt,ty,xt_spread,ty_spread,xt_verdict,ty_verdict',
      '0,dense,1,0.1,0.5,0.1,at ceiling,',
      '0,dense_1,2,0.2,0.25,0.2,,',
      '100,dense,3,0.3,0,0.3,,',
      '100,dense_1,4,0.4,,0.4,"a, b","say ""no"""',
      ''
    ]);
  });

  it('leaves out points that are missing', () => {
    const of = content();
    const xt = Float64Array.of(1, NaN, Infinity, 4);
    expect(toCsv({ ...of, coordinates: { ...of.coordinates, xt } }).match(/^\d/gm)).toHaveLength(2);
  });
});

describe('names and settings', () => {
  it('makes a heading the name of a file', () => {
    expect(fileName('tanh, KDE, variance 0.01')).toBe('plane-tanh-kde-variance-0.01');
    expect(fileName('../../x: "é"')).not.toMatch(/[/\\:" ]|\.\.\//);
    expect(fileName('x'.repeat(500)).length).toBeLessThanOrEqual(60);
  });

  it('names the estimator and all of its settings', () => {
    const [plane] = readDocument(fixture()).recordings[0].planes;
    expect(settingsLine({ plane, settings: { bins: 12 } })).toBe('binned, range [-1,1], bins 12');
  });
});
