import type { Plane } from '../plane/document';
import type { Settings } from '../plane/estimator';

/**
 * One line of Python that reproduces a plane in a fresh kernel.
 *
 * @param source Where the recording lies; null where that is not known: the line then takes it from
 *   the variable `recording`.
 */
export function planeLine(plane: Plane, settings: Settings, source: string | null): string {
  const all = Object.entries({ ...plane.settings, ...settings });
  const options = all.map(([name, value]) => `, ${name}=${literal(value)}`).join('');
  const estimator = `estimators.get(${literal(plane.estimator)}${options})`;
  return source === null
    ? `from glow import estimators; from glow.dynamics import plane; p = plane(recording, ${estimator})`
    : 'from glow import estimators; from glow.dynamics import Recording, plane; ' +
        `p = plane(Recording.open(${literal(source)}), ${estimator})`;
}

/** A value as Python writes it. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) {
    return 'None';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (Array.isArray(value)) {
    return `[${value.map(literal).join(', ')}]`;
  }
  // JSON's texts are Python's too; its numbers as well, as long as they are finite.
  return JSON.stringify(value);
}
