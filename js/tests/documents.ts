/** Plane documents for the tests. */

export function pack(values: number[], shape: number[]): Record<string, unknown> {
  const bytes = new Uint8Array(2 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) =>
    view.setInt16(2 * i, Number.isFinite(value) ? Math.round(value / 0.001) : -32768, true)
  );
  return { dtype: 'int16', scale: 0.001, shape, data: btoa(String.fromCharCode(...bytes)) };
}

export const SLIDER = {
  name: 'bins',
  unit: '',
  scale: 'integer',
  low: 2,
  high: 256,
  default: 30,
  meaning: 'number of cells',
  smooth: false,
  values: [8, 30, 100]
};

export const SMOOTH = {
  ...SLIDER,
  name: 'variance',
  scale: 'log',
  default: 0.01,
  smooth: true,
  values: [0.001, 0.01, 0.1, 1]
};

/** A plane of 2 epochs and 2 layers whose xt is 1, 2, 3, ... and whose ty is a tenth of it. */
export function plane(label: string, slider: { values: number[] } | null): Record<string, unknown> {
  const shape = [slider?.values.length ?? 1, 2, 2];
  const xt = Array.from({ length: shape[0] * 4 }, (_, i) => i + 1);
  return {
    estimator: 'binned',
    label,
    runs: 8,
    settings: { range: [-1, 1] },
    slider,
    xt: pack(xt, shape),
    ty: pack(
      xt.map(value => value / 10),
      shape
    )
  };
}

export function recording(name: string): Record<string, unknown> {
  return {
    name,
    samples: 4096,
    epochs: [0, 100],
    layers: ['dense', 'dense_1'],
    ceilings: { xt: 12, ty: 0.999 },
    axes: { xt: { label: 'I(X;T)', unit: 'bits' }, ty: { label: 'I(T;Y)', unit: 'bits' } },
    planes: [plane('Binned', SLIDER), plane('KDE', SMOOTH), plane('Edges', null)]
  };
}

/** Two recordings under three estimators: a grid, a smooth curve and a single plane. */
export function fixture(): Record<string, any> {
  return structuredClone({
    format: 'glow.plane',
    version: 1,
    generator: 'pyglow 0.2.0',
    title: 'Fixture',
    recordings: [recording('tanh'), recording('relu')]
  });
}

/** The fixture with one place changed, for example `recordings.0.epochs`. */
export function changed(path: string, value: unknown): Record<string, any> {
  const document = fixture();
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce<any>((object, key) => object[key], document);
  parent[last] = value;
  return document;
}
