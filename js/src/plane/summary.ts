import { formatCoordinate } from '../format';
import { strings } from '../strings';
import type { PlaneContent } from './content';
import type { Axis } from './document';
import { doubtsOf } from './frame';
import { isPresent } from './points';

/**
 * The plane in words, for those who do not see it.
 *
 * @param upto Index of the last epoch that is drawn.
 */
export function summarise(content: PlaneContent, upto: number): string {
  const { epochs, layers } = content.recording;
  const head = strings.summary.head(content.heading);
  if (epochs.length === 0 || layers.length === 0) {
    return `${head} ${strings.plane.noPoints}`;
  }
  const lines = layers.map((_, layer) => describeLayer(content, layer, upto));
  const doubted = doubtsOf(content).count(upto).points;
  return [
    head,
    strings.summary.extent(layers.length, epochs[0], epochs[upto]),
    `${lines.join('; ')}.`,
    doubted ? strings.summary.doubted(doubted) : ''
  ]
    .filter(Boolean)
    .join(' ');
}

function describeLayer(
  { recording, coordinates }: PlaneContent,
  layer: number,
  upto: number
): string {
  const { axes, epochs, layers } = recording;
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
