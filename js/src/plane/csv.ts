import type { PlaneContent } from './content';
import { isPresent } from './points';

/**
 * Every point of a plane as comma-separated values, a line each, with its origin in comment lines.
 *
 * pandas reads it with `read_csv(path, comment="#")`. A missing value is an empty field.
 */
export function toCsv(content: PlaneContent): string {
  const { recording, coordinates, heading, provenance } = content;
  const { xt, ty, spread, verdicts } = coordinates;
  const { layers, epochs, axes } = recording;
  const units = `xt: ${axes.xt.label} (${axes.xt.unit}), ty: ${axes.ty.label} (${axes.ty.unit})`;
  const lines = [heading, provenance, units].map(text => `# ${text.replace(/[\r\n]+/g, ' ')}`);
  const columns = ['epoch', 'layer', 'xt', 'ty'];
  const extra: ((i: number) => string)[] = [];
  if (spread) {
    columns.push('xt_spread', 'ty_spread');
    extra.push(
      i => number(spread.xt[i]),
      i => number(spread.ty[i])
    );
  }
  if (verdicts) {
    columns.push('xt_verdict', 'ty_verdict');
    extra.push(
      i => quoted(verdicts.xt[i] ?? ''),
      i => quoted(verdicts.ty[i] ?? '')
    );
  }
  lines.push(columns.join(','));
  for (let i = 0; i < xt.length; i++) {
    if (isPresent(coordinates, i)) {
      const epoch = epochs[Math.floor(i / layers.length)];
      const point = [
        String(epoch),
        quoted(layers[i % layers.length]),
        number(xt[i]),
        number(ty[i])
      ];
      lines.push([...point, ...extra.map(field => field(i))].join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** As many digits as float32 holds. */
function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(7))) : '';
}

function quoted(text: string): string {
  return /^[\w .:()-]*$/.test(text) ? text : `"${text.replace(/"/g, '""')}"`;
}
