import { scaleLinear } from 'd3-scale';
import { beforeAll, describe, expect, it } from 'vitest';

import { readDocument } from '../../src/plane/document';
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

/** Notes what is drawn: texts, and the colour of every line. */
class NotingPen {
  readonly texts: string[] = [];
  readonly strokes: string[] = [];
  strokeStyle = '';
  private lines = 0;

  fillText(text: string): void {
    this.texts.push(text);
  }

  beginPath(): void {
    this.lines = 0;
  }

  lineTo(): void {
    this.lines += 1;
  }

  stroke(shape?: object): void {
    if (!shape) {
      this.strokes.push(...Array<string>(this.lines).fill(this.strokeStyle));
    }
  }

  measureText(text: string): { width: number } {
    return { width: 7 * text.length };
  }
}

'fill fillRect save restore rect clip moveTo arc translate rotate setLineDash strokeText'
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
    visible: [true, true],
    upto: 1,
    colours: ['first', 'second'],
    focus: null,
    ...changes
  };
  draw(pen as unknown as Pen, scene, THEME);
  return pen;
}

beforeAll(() => {
  Object.assign(globalThis, { Path2D: class {} });
});

describe('draw', () => {
  it('names axes with units, ceilings and layers', () => {
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

  it('draws a ghost when there is one', () => {
    expect(paint(fixture()).strokes).not.toContain('ghost');
    const [{ planes }] = readDocument(fixture()).recordings;
    expect(paint(fixture(), { ghost: planes[2] }).strokes).toContain('ghost');
  });

  it('shortens endless names', () => {
    const { texts } = paint(changed('recordings.0.layers', ['x'.repeat(5000), 'b']));
    expect(Math.max(...texts.map(text => text.length))).toBeLessThan(50);
  });
});
