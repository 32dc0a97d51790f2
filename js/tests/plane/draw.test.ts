import { scaleLinear } from 'd3-scale';
import { describe, expect, it } from 'vitest';

import { readDocument } from '../../src/plane/document';
import { Doubts } from '../../src/plane/doubts';
import { draw } from '../../src/plane/draw';
import type { Pen } from '../../src/plane/pen';
import type { Scene } from '../../src/plane/scene';
import type { Theme } from '../../src/plane/theme';
import { changed, fixture, pack } from '../documents';

const THEME: Theme = {
  light: true,
  background: 'white',
  ink: 'ink',
  muted: 'muted',
  grid: 'grid',
  ghost: 'ghost',
  font: 'serif'
};

/** Notes what is drawn: texts, the colour of every line, and closed outlines by their paint. */
class NotingPen {
  readonly texts: string[] = [];
  readonly strokes: string[] = [];
  readonly fills: string[] = [];
  readonly outlines: string[] = [];
  strokeStyle = '';
  fillStyle = '';
  private lines = 0;
  private closed = 0;
  private begun = 0;
  private start = '';

  fillText(text: string): void {
    this.texts.push(text);
  }

  beginPath(): void {
    this.lines = this.closed = this.begun = 0;
  }

  moveTo(x: number, y: number): void {
    this.start = `${x} ${y}`;
    this.begun += 1;
  }

  arc(): void {
    this.closed += 1;
  }

  lineTo(x: number, y: number): void {
    this.lines += 1;
    this.closed += this.start === `${x} ${y}` ? 1 : 0;
  }

  stroke(): void {
    const noted = this.closed ? this.outlines : this.strokes;
    noted.push(...Array<string>(this.closed || this.lines).fill(this.strokeStyle));
  }

  fill(): void {
    this.fills.push(...Array<string>(this.begun).fill(this.fillStyle));
  }

  measureText(text: string): { width: number } {
    return { width: 7 * text.length };
  }
}

'fillRect save restore rect clip translate rotate setLineDash strokeText'
  .split(' ')
  .forEach(method => Object.assign(NotingPen.prototype, { [method]: () => undefined }));

function paint(document: unknown, changes: Partial<Scene> = {}): NotingPen {
  const [recording] = readDocument(document).recordings;
  const pen = new NotingPen();
  const scene: Scene = {
    width: 600,
    height: 400,
    plot: { left: 50, right: 590, top: 10, bottom: 360 },
    x: scaleLinear([0, 12], [50, 590]),
    y: scaleLinear([0, 1], [360, 10]),
    recording,
    coordinates: recording.planes[2],
    ghost: null,
    doubts: new Doubts(recording, changes.coordinates ?? recording.planes[2]),
    band: true,
    visible: [true, true],
    upto: 1,
    colours: ['first', 'second'],
    focus: null,
    ...changes
  };
  draw(pen as unknown as Pen, scene, THEME);
  return pen;
}

describe('draw', () => {
  it('names axes with units, ceilings and layers (AC-12, AC-15)', () => {
    const { texts } = paint(fixture());
    expect(texts).toEqual(
      expect.arrayContaining([
        'I(X;T) (bits)',
        'I(T;Y) (bits)',
        'log₂ N = 12 bits',
        'H(Y) = 0.999 bits',
        'dense',
        'dense_1'
      ])
    );
  });

  it('draws hidden layers neither as marks nor by name', () => {
    const { texts } = paint(fixture(), { visible: [true, false] });
    expect(texts).toContain('dense');
    expect(texts).not.toContain('dense_1');
  });

  it('joins a layer across a missing epoch, in the colour of the later one', () => {
    const epochs = { ...changed('recordings.0.epochs', [0, 1, 2]).recordings[0] };
    epochs.planes = [
      {
        ...epochs.planes[2],
        xt: pack([1, 1, NaN, 2, 3, 3], [1, 3, 2]),
        ty: pack([0.1, 0.2, 0.1, 0.2, 0.1, 0.2], [1, 3, 2])
      }
    ];
    const document = { ...fixture(), recordings: [epochs] };
    const [recording] = readDocument(document).recordings;
    const { strokes } = paint(document, {
      coordinates: recording.planes[0],
      upto: 2,
      colours: ['first', 'second', 'third']
    });
    expect(strokes.filter(colour => colour === 'third')).toHaveLength(2);
    expect(strokes.filter(colour => colour === 'second')).toHaveLength(1);
  });

  it('stops at the chosen epoch', () => {
    const { strokes } = paint(fixture(), { upto: 0 });
    expect(strokes).not.toContain('second');
  });

  it('draws points that something speaks against as open marks (AC-33)', () => {
    const [recording] = readDocument(fixture()).recordings;
    const { fills, outlines } = paint(fixture());
    // Of the fixture's two layers the second one always has more, which the order forbids.
    expect(fills.filter(colour => colour === 'first')).toHaveLength(1);
    expect(outlines.filter(colour => colour === 'first')).toHaveLength(1);
    const sound = { ...recording.planes[2], ty: Float64Array.of(0, 0, 0, 0) };
    const agreeing = { ...sound, xt: Float64Array.of(2, 1, 4, 3) };
    const { outlines: none } = paint(fixture(), { coordinates: agreeing });
    expect(none).not.toContain('first');
  });

  it('draws the spread as one area a layer, unless it is switched off', () => {
    const coordinates = {
      ...readDocument(fixture()).recordings[0].planes[2],
      spread: {
        xt: Float64Array.of(0.1, 0.2, 0.1, NaN),
        ty: Float64Array.of(0.1, 0.2, 0.1, 0.1),
        over: 'runs' as const
      }
    };
    const areas = (changes: Partial<Scene>): number =>
      paint(fixture(), changes).fills.filter(colour => colour === 'muted').length;
    // Two ellipses of the first layer and one of the second: a piece begins at each.
    expect(areas({ coordinates })).toBe(3);
    expect(areas({ coordinates, visible: [false, true] })).toBe(1);
    expect(areas({ coordinates, band: false })).toBe(0);
    expect(areas({})).toBe(0);
  });

  it('draws a ghost when there is one (AC-32)', () => {
    expect(paint(fixture()).strokes).not.toContain('ghost');
    const [{ planes }] = readDocument(fixture()).recordings;
    expect(paint(fixture(), { ghost: planes[2] }).strokes).toContain('ghost');
  });

  it('shortens endless names', () => {
    const { texts } = paint(changed('recordings.0.layers', ['x'.repeat(5000), 'b']));
    expect(Math.max(...texts.map(text => text.length))).toBeLessThan(50);
  });
});
