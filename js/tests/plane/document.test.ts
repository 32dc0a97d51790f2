import { describe, expect, it } from 'vitest';

import { DocumentError } from '../../src/plane/check';
import { readDocument } from '../../src/plane/document';
import { changed, fixture, pack, SLIDER, SMOOTH } from '../documents';

function verdicts(codes: number[]): Record<string, unknown> {
  const data = btoa(String.fromCharCode(...codes));
  const packed = {
    phrases: ['reliable', 'at ceiling'],
    codes: { dtype: 'uint8', shape: [1, codes.length / 2, 2], data }
  };
  return { xt: packed, ty: packed };
}

describe('readDocument', () => {
  it('reads recordings, planes and packed coordinates', () => {
    const document = readDocument(fixture());
    const [tanh] = document.recordings;
    expect(document.title).toBe('Fixture');
    expect(tanh.layers).toEqual(['dense', 'dense_1']);
    expect(tanh.planes.map(({ label }) => label)).toEqual(['Binned', 'KDE', 'Edges']);
    expect(Array.from(tanh.planes[2].xt)).toEqual([1, 2, 3, 4]);
    expect(tanh.planes[0].xt).toHaveLength(12);
  });

  it('reads JSON text as well', () => {
    expect(readDocument(JSON.stringify(fixture())).recordings).toHaveLength(2);
  });

  it('reads the missing marker and what is not finite as NaN', () => {
    const ints = changed('recordings.0.planes.2.xt', pack([1, NaN, 3, 4], [1, 2, 2]));
    expect(readDocument(ints).recordings[0].planes[2].xt[1]).toBeNaN();
    const bytes = new Uint8Array(new Float32Array([1.5, Infinity, NaN, -2]).buffer);
    const data = btoa(String.fromCharCode(...bytes));
    const floats = changed('recordings.0.planes.2.xt', {
      dtype: 'float32',
      shape: [1, 2, 2],
      data
    });
    expect(Array.from(readDocument(floats).recordings[0].planes[2].xt)).toEqual([
      1.5,
      NaN,
      NaN,
      -2
    ]);
  });

  it('takes null for what may be unknown', () => {
    const document = readDocument({
      ...changed('recordings.0.ceilings', { xt: null, ty: null }),
      title: null
    });
    expect(document.recordings[0].ceilings).toEqual({ xt: null, ty: null });
    expect(document.title).toBeNull();
  });

  it('keeps markup in names as plain text', () => {
    const name = '<img src=x onerror=alert(1)>';
    const document = readDocument(changed('recordings.0.layers', [name, 'dense_1']));
    expect(document.recordings[0].layers[0]).toBe(name);
  });

  const data = (shape: number[]): unknown => pack([1, 2, 3, 4], shape);
  it.each<[string, unknown, RegExp]>([
    ['not JSON', '{oops', /document: expected JSON, got "{oops"/],
    ['a list', [], /document: expected an object, got \[\]/],
    ['nothing', undefined, /document: expected an object, got nothing/],
    ['another format', changed('format', 'x'), /format: expected one of glow.plane, got "x"/],
    ['a newer version', changed('version', 2), /version: expected 1 .*got 2/],
    ['no recordings', changed('recordings', []), /recordings: expected at least one recording/],
    ['no planes', changed('recordings.0.planes', []), /planes: expected at least one plane/],
    [
      'falling epochs',
      changed('recordings.0.epochs', [5, 3]),
      /recordings\[0\].epochs: expected increasing numbers after 5, got 3/
    ],
    ['text epochs', changed('recordings.0.epochs', ['a', 3]), /epochs\[0\]: expected an integer/],
    [
      'number layers',
      changed('recordings.1.layers', [1, 2]),
      /recordings\[1\].layers\[0\]: .*text/
    ],
    ['bad ceiling', changed('recordings.0.ceilings', { xt: 'x' }), /ceilings.xt: .*finite number/],
    ['bad axis', changed('recordings.0.axes.xt', 3), /axes.xt: expected an object, got 3/],
    [
      'another shape',
      changed('recordings.0.planes.2.xt', data([1, 4, 1])),
      /planes\[2\].xt.shape: expected \[1, 2, 2\] .*got \[1,4,1\]/
    ],
    [
      'a boundless shape',
      changed('recordings.0.planes.2.xt', data([1e9, 2, 2])),
      /shape: expected \[1, 2, 2\]/
    ],
    [
      'too little data',
      changed('recordings.0.planes.2.xt.data', 'AAAA'),
      /xt.data: expected 8 bytes in base64 \(12 characters\), .*got "4 characters"/
    ],
    [
      'data that is not base64',
      changed('recordings.0.planes.2.xt.data', '!!!!????----'),
      /xt.data: expected base64/
    ],
    ['a scale of 0', changed('recordings.0.planes.2.xt.scale', 0), /scale: .*above 0, got 0/],
    [
      'another dtype',
      changed('recordings.0.planes.2.xt.dtype', 'object'),
      /dtype: .*int16, float32/
    ],
    [
      'a slider without values',
      changed('recordings.0.planes.0.slider', { ...SLIDER, values: [] }),
      /slider.values: expected at least one kept value/
    ],
    [
      'a log slider from 0',
      changed('recordings.0.planes.1.slider', { ...SMOOTH, values: [0, 1, 2, 3] }),
      /slider.values\[0\]: expected a number above 0, got 0/
    ],
    [
      'an unknown scale',
      changed('recordings.0.planes.0.slider.scale', 'choice'),
      /scale: expected one of linear, log, integer/
    ],
    [
      'verdicts of other points',
      changed('recordings.0.planes.2.verdicts', verdicts([0, 0])),
      /verdicts.xt.codes.shape: expected \[1, 2, 2\]/
    ],
    [
      'a verdict without its phrase',
      changed('recordings.0.planes.2.verdicts', verdicts([0, 0, 0, 7])),
      /verdicts.xt.codes: expected codes below 2, got 7/
    ],
    [
      'an unclear slider',
      changed('recordings.0.planes.0.slider.smooth', 'no'),
      /smooth: expected true or false, got "no"/
    ]
  ])('refuses %s', (_, document, message) => {
    expect(() => readDocument(document)).toThrow(DocumentError);
    expect(() => readDocument(document)).toThrow(message);
  });

  it('takes axes and ceilings of a plane before those of its recording', () => {
    const axes = { xt: { label: 'HSIC(X;T)', unit: '' }, ty: { label: 'HSIC(T;Y)', unit: '' } };
    const { planes } = readDocument(changed('recordings.0.planes.1.axes', axes)).recordings[0];
    expect(planes.map(plane => plane.axes.xt.unit)).toEqual(['bits', '', 'bits']);
    expect(planes[1].ceilings).toEqual({ xt: 12, ty: 0.999 });
  });

  it('reads verdicts, and none where there are none', () => {
    const document = changed('recordings.0.planes.2.verdicts', verdicts([0, 0, 1, 255]));
    document.recordings[0].planes[1].verdicts = {};
    const { planes } = readDocument(document).recordings[0];
    expect(planes[2].verdicts!.xt).toEqual(['reliable', 'reliable', 'at ceiling', null]);
    expect(planes.map(plane => plane.verdicts === null)).toEqual([true, true, false]);
  });

  it('shortens what it received', () => {
    expect(() => readDocument(changed('format', 'x'.repeat(10000)))).toThrow(/^.{0,150}$/);
  });
});
