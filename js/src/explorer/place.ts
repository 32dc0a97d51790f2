import { nearestIndex } from '../plane/curve';
import type { Slider } from '../plane/document';

/** How many thumbnails a strip has. */
export const STRIP_LENGTH = 5;

/** A value's place on its slider: logarithmic where settings are spread over octaves. */
export function placeOf({ scale, values }: Slider, value: number): number {
  return scale !== 'linear' && values[0] > 0 ? Math.log2(value) : value;
}

/** The kept value nearest to one, by place, as an index. */
export function nearestKept(slider: Slider, value: number): number {
  return nearestIndex(
    slider.values.map(kept => placeOf(slider, kept)),
    placeOf(slider, value)
  );
}

/**
 * Five kept values across a slider, as indices: both ends and what is evenly between, with the
 * default in place of its nearest neighbour.
 */
export function stripValues(slider: Slider): number[] {
  const places = slider.values.map(value => placeOf(slider, value));
  const last = places.length - 1;
  const count = Math.min(STRIP_LENGTH, last + 1);
  const spread = Array.from({ length: count }, (_, i) =>
    nearestIndex(places, places[0] + ((places[last] - places[0]) * i) / Math.max(count - 1, 1))
  );
  const home = nearestKept(slider, slider.default);
  const inner = spread.slice(1, -1).map(i => places[i]);
  if (inner.length && home > 0 && home < last) {
    spread[1 + nearestIndex(inner, places[home])] = home;
  }
  return [...new Set(spread)].sort((a, b) => a - b);
}
