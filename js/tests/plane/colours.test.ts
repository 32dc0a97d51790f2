import { describe, expect, it } from 'vitest';

import { contrast, epochColour, luminance, parseRgb, Rgb } from '../../src/plane/colours';
import { PALETTES } from '../../src/preferences';

const STEPS = Array.from({ length: 101 }, (_, i) => i / 100);
const BACKGROUNDS: [string, boolean, Rgb][] = [
  ['light', true, [255, 255, 255]],
  ['dark', false, [17, 17, 17]],
  ['the page in dark', false, [20, 22, 27]]
];

describe.each(PALETTES)('AC-51: epochColour in %s', palette => {
  it.each(BACKGROUNDS)('grows lighter all the way (%s)', (_, light) => {
    const lightness = STEPS.map(step => luminance(epochColour(step, light, palette)));
    lightness.slice(1).forEach((value, i) => expect(value).toBeGreaterThanOrEqual(lightness[i]));
    expect(lightness[100] - lightness[0]).toBeGreaterThan(0.2);
  });

  it.each(BACKGROUNDS)('stands out from the background by 3:1 (%s)', (_, light, background) => {
    const least = Math.min(
      ...STEPS.map(step => contrast(epochColour(step, light, palette), background))
    );
    expect(least).toBeGreaterThanOrEqual(3);
  });

  it('keeps to its ends outside them', () => {
    expect(epochColour(-1, true, palette)).toEqual(epochColour(0, true, palette));
    expect(epochColour(9, true, palette)).toEqual(epochColour(1, true, palette));
  });
});

describe('parseRgb', () => {
  it('reads what browsers report', () => {
    expect(parseRgb('rgb(1, 2, 3)')).toEqual([1, 2, 3]);
    expect(parseRgb('rgba(1, 2, 3, 0.5)')).toEqual([1, 2, 3]);
    expect(parseRgb('rgba(0, 0, 0, 0)')).toBeNull();
    expect(parseRgb('red')).toBeNull();
  });
});
