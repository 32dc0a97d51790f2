import { type Palette, preferences } from '../preferences';

/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

/** A colour map at steps of a tenth, and the parts of it that are used. */
interface ColourMap {
  steps: readonly Rgb[];
  /** On a light background: the dark end. */
  light: readonly [number, number];
  /** On a dark background: the light end. */
  dark: readonly [number, number];
}

/**
 * Maps of Matplotlib, and greys. Their lightness grows all the way, so that the order of epochs
 * survives grey scale and colour blindness; the used parts stand out from the background by a
 * contrast of at least 3:1.
 */
const MAPS: Record<Palette, ColourMap> = {
  plasma: {
    // prettier-ignore
    steps: [[13, 8, 135], [65, 4, 157], [106, 0, 168], [143, 13, 164], [177, 42, 144],
      [204, 71, 120], [225, 100, 98], [242, 132, 75], [252, 166, 54], [252, 206, 37],
      [240, 249, 33]],
    light: [0, 0.62],
    dark: [0.44, 1]
  },
  viridis: {
    // prettier-ignore
    steps: [[68, 1, 84], [72, 36, 117], [65, 68, 135], [53, 95, 141], [42, 120, 142],
      [33, 145, 140], [34, 168, 132], [68, 191, 112], [122, 209, 81], [189, 223, 38],
      [253, 231, 37]],
    light: [0, 0.58],
    dark: [0.36, 1]
  },
  cividis: {
    // prettier-ignore
    steps: [[0, 34, 78], [8, 51, 112], [53, 69, 108], [79, 87, 108], [102, 105, 112],
      [125, 124, 120], [148, 142, 119], [174, 163, 113], [200, 184, 102], [229, 207, 82],
      [254, 232, 56]],
    light: [0, 0.62],
    dark: [0.38, 1]
  },
  grey: {
    steps: [
      [0, 0, 0],
      [255, 255, 255]
    ],
    light: [0, 0.57],
    dark: [0.4, 1]
  }
};

/**
 * The colour of a moment of training, from the first epoch (0) to the last (1).
 *
 * @param palette The reader's, unless another is named.
 */
export function epochColour(
  fraction: number,
  light: boolean,
  palette: Palette = preferences().palette
): Rgb {
  const { steps, ...used } = MAPS[palette];
  const [from, to] = light ? used.light : used.dark;
  const inside = Math.min(Math.max(fraction, 0), 1);
  const position = (from + inside * (to - from)) * (steps.length - 1);
  const i = Math.min(Math.floor(position), steps.length - 2);
  const share = position - i;
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(steps[i][channel] * (1 - share) + steps[i + 1][channel] * share);
  return [mix(0), mix(1), mix(2)];
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Relative luminance from 0 to 1 (WCAG 2, "relative luminance"). */
export function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map(channel => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of two colours, from 1 to 21 (WCAG 2, "contrast ratio"). */
export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** The colour a browser reports as `rgb(...)`; null for anything else, such as transparent. */
export function parseRgb(text: string): Rgb | null {
  const match = /^rgba?\(\s*(\d+)[,\s]+(\d+)[,\s]+(\d+)\s*(?:[,/]\s*([\d.]+)\s*)?\)$/.exec(text);
  if (!match || match[4] === '0') {
    return null;
  }
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}
