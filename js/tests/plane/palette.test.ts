/// <reference types="node" />
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { contrast, epochColour, luminance, Rgb } from '../../src/plane/colours';
import { PAPER } from '../../src/plane/figure';

type Matrix = readonly (readonly [number, number, number])[];

/** Full dichromacy in linear RGB: Machado, Oliveira and Fernandes 2009, severity 1. */
const SIGHT: Record<string, Matrix> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1]
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881]
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998]
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039]
  ],
  grey: [
    [0.2126, 0.7152, 0.0722],
    [0.2126, 0.7152, 0.0722],
    [0.2126, 0.7152, 0.0722]
  ]
};

const TO_XYZ: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041]
];
const WHITE = [0.95047, 1, 1.08883];

function times(matrix: Matrix, vector: readonly number[]): number[] {
  return matrix.map(row => row.reduce((sum, factor, i) => sum + factor * vector[i], 0));
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
}

/** CIELAB of a colour as somebody sees it. */
function lab(colour: Rgb, sight: Matrix): number[] {
  const seen = times(sight, colour.map(linear)).map(value => Math.min(Math.max(value, 0), 1));
  const [x, y, z] = times(TO_XYZ, seen)
    .map((value, i) => value / WHITE[i])
    .map(value => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function distance(one: number[], other: number[]): number {
  return Math.hypot(...one.map((value, i) => value - other[i]));
}

/** A just noticeable difference is about 2.3 (CIE 1976); marks are small, so four of them. */
const APART = 9;
const MOMENTS = [0, 0.25, 0.5, 0.75, 1];

describe.each(Object.entries(SIGHT))('the epoch colours under %s (AC-51)', (name, sight) => {
  it.each([true, false])('are apart at quarters of the training (light: %s)', light => {
    const seen = MOMENTS.map(moment => lab(epochColour(moment, light), sight));
    seen.forEach((one, i) =>
      seen.slice(i + 1).forEach(other => expect(distance(one, other)).toBeGreaterThan(APART))
    );
  });

  it.each([true, false])('grow lighter all the way (light: %s)', light => {
    const lightness = Array.from(
      { length: 51 },
      (_, i) => lab(epochColour(i / 50, light), sight)[0]
    );
    lightness.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(lightness[i] - 0.35));
    expect(lightness[50] - lightness[0]).toBeGreaterThan(name === 'normal' ? 35 : 30);
  });
});

/** What base.css, page.css and JupyterLab's themes give the views. */

const [pageLight, pageDark] = readFileSync('js/style/page.css', 'utf8').split(
  '@media (prefers-color-scheme: dark)'
);

function hex(text: string): Rgb {
  const [r, g, b] = [1, 3, 5].map(i => parseInt(text.slice(i, i + 2), 16));
  return [r, g, b];
}

function variable(sheet: string, name: string): Rgb {
  const found = new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(sheet);
  expect(found, name).not.toBeNull();
  return hex(found![1]);
}

const SHEETS: [string, string][] = [
  ['light', pageLight],
  ['dark', pageDark]
];

describe.each(SHEETS)('the stand-alone page in %s (AC-50)', (_, sheet) => {
  const background = variable(sheet, 'jp-layout-color0');
  const raised = variable(sheet, 'jp-layout-color1');

  it.each(['jp-ui-font-color0', 'jp-ui-font-color1', 'jp-error-color0', 'jp-brand-color1'])(
    'has text of at least 4.5:1: %s',
    name => {
      const colour = variable(sheet, name);
      expect(contrast(colour, background)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colour, raised)).toBeGreaterThanOrEqual(4.5);
    }
  );

  it('has controls and ghosts of at least 3:1', () => {
    expect(contrast(variable(sheet, 'jp-layout-color4'), background)).toBeGreaterThanOrEqual(3);
  });

  it('has trajectories of at least 3:1', () => {
    const light = luminance(background) > 0.4;
    const least = Math.min(
      ...Array.from({ length: 101 }, (__, i) => contrast(epochColour(i / 100, light), background))
    );
    expect(least).toBeGreaterThanOrEqual(3);
  });
});

describe('figures on paper (AC-50)', () => {
  const paper: Rgb = [255, 255, 255];
  it('are written at 4.5:1 and drawn at 3:1 at least', () => {
    expect(contrast(hex(PAPER.ink), paper)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(hex(PAPER.muted), paper)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(hex(PAPER.ghost), paper)).toBeGreaterThanOrEqual(3);
  });
});
