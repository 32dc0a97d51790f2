import { strings } from '../strings';
import type { Coordinates } from './curve';
import { refusalIn } from './doubts';
import { isPresent } from './points';

/**
 * What a reader must know of layers that lack points which others have: how many, and why, in
 * words; empty for layers that lack none.
 */
export function missingByLayer(coordinates: Coordinates, layers: readonly string[]): string[] {
  const counts = layers.map(() => 0);
  const reasons = layers.map(() => '');
  for (let first = 0; first < coordinates.xt.length; first += layers.length) {
    const there = layers.map((_, layer) => isPresent(coordinates, first + layer));
    if (there.includes(true)) {
      there.forEach((present, layer) => {
        counts[layer] += present ? 0 : 1;
        reasons[layer] ||= present ? '' : reasonAt(coordinates, first + layer);
      });
    }
  }
  const other = coordinates.refused ?? '';
  return layers.map((name, layer) =>
    counts[layer]
      ? strings.plane.lacking(
          name,
          counts[layer],
          reasons[layer] || (other.includes(name) ? other : '')
        )
      : ''
  );
}

/** What the estimator said of a point that is missing; empty where it said nothing. */
function reasonAt({ verdicts, xt, ty }: Coordinates, i: number): string {
  const axis = Number.isFinite(xt[i]) ? (Number.isFinite(ty[i]) ? null : 'ty') : 'xt';
  return refusalIn(axis && verdicts?.[axis][i]);
}
