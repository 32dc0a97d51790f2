import { formatCoordinate } from '../format';
import { strings } from '../strings';
import type { Coordinates } from './curve';
import type { Axis, Recording } from './document';
import { isPresent } from './points';

/**
 * The plane in words, for those who do not see it.
 *
 * @param what Recording and setting, as the picture is headed.
 * @param upto Index of the last epoch that is drawn.
 */
export function summarise(
  recording: Recording,
  coordinates: Coordinates,
  what: string,
  upto: number
): string {
  const { epochs, layers } = recording;
  if (epochs.length === 0 || layers.length === 0) {
    return `${strings.summary.head(what)} ${strings.plane.noPoints}`;
  }
  const lines = layers.map((_, layer) => describeLayer(recording, coordinates, layer, upto));
  return [
    strings.summary.head(what),
    strings.summary.extent(layers.length, epochs[0], epochs[upto]),
    `${lines.join('; ')}.`,
    strings.summary.hint
  ].join(' ');
}

function describeLayer(
  { axes, epochs, layers }: Recording,
  coordinates: Coordinates,
  layer: number,
  upto: number
): string {
  let last = -1;
  let peak = -Infinity;
  for (let epoch = 0; epoch <= upto; epoch++) {
    const i = epoch * layers.length + layer;
    if (isPresent(coordinates, i)) {
      last = epoch;
      peak = Math.max(peak, coordinates.xt[i]);
    }
  }
  if (last < 0) {
    return strings.summary.missing(layers[layer]);
  }
  const i = last * layers.length + layer;
  const x = coordinates.xt[i];
  const line = strings.summary.layer(
    layers[layer],
    quantity(axes.xt, x),
    quantity(axes.ty, coordinates.ty[i]),
    epochs[last]
  );
  const drop = formatCoordinate(peak - x, axes.xt.unit);
  return `${line}, ${strings.summary.peak(drop, axes.xt.label)}`;
}

/** A coordinate with its name and unit. */
export function quantity({ label, unit }: Axis, value: number): string {
  return `${label} ${formatCoordinate(value, unit)}`;
}
