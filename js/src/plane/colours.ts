/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

/**
 * Matplotlib's "plasma" map at steps of a tenth: its lightness grows all the way, so that the
 * order of epochs survives grey scale and colour blindness.
 */
const PLASMA: readonly Rgb[] = [
  [13, 8, 135],
  [65, 4, 157],
  [106, 0, 168],
  [143, 13, 164],
  [177, 42, 144],
  [204, 71, 120],
  [225, 100, 98],
  [242, 132, 75],
  [252, 166, 54],
  [252, 206, 37],
  [240, 249, 33]
];

/**
 * The part of the map that stands out from the background by a contrast of at least 3:1:
 * the dark end on a light background, the light end on a dark one.
 */
const USED = { light: [0, 0.62], dark: [0.42, 1] } as const;

/** The colour of a moment of training, from the first epoch (0) to the last (1). */
export function epochColour(fraction: number, light: boolean): Rgb {
  const [from, to] = light ? USED.light : USED.dark;
  const inside = Math.min(Math.max(fraction, 0), 1);
  const position = (from + inside * (to - from)) * (PLASMA.length - 1);
  const i = Math.min(Math.floor(position), PLASMA.length - 2);
  const share = position - i;
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(PLASMA[i][channel] * (1 - share) + PLASMA[i + 1][channel] * share);
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
