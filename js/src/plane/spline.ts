/**
 * Natural cubic splines through many columns that share their nodes.
 *
 * The same curve as SciPy's `CubicSpline(nodes, values, bc_type="natural")`: what the Python half
 * reads between two kept settings, this half reads too. Preparing is one tridiagonal solve;
 * a new position then costs four multiplications a column.
 *
 * A column with a missing (NaN) value is joined by straight lines instead, so that one hole does
 * not take the whole trajectory with it.
 */
export class NaturalSpline {
  private readonly columns: number;
  private readonly curvature: Float64Array;

  /**
   * @param nodes Increasing positions, (n,).
   * @param values Row-major (n, columns).
   */
  constructor(
    private readonly nodes: ArrayLike<number>,
    private readonly values: Float64Array
  ) {
    this.columns = nodes.length ? values.length / nodes.length : 0;
    this.curvature = secondDerivatives(nodes, values, this.columns);
  }

  /** The columns' values at `x`, (columns,); outside the nodes the end values are kept. */
  at(x: number): Float64Array {
    const n = this.nodes.length;
    const out = new Float64Array(this.columns);
    if (n === 1) {
      out.set(this.values);
      return out;
    }
    const position = Math.min(Math.max(x, this.nodes[0]), this.nodes[n - 1]);
    const i = this.interval(position);
    const h = this.nodes[i + 1] - this.nodes[i];
    const b = (position - this.nodes[i]) / h;
    const a = 1 - b;
    const p = ((a * a * a - a) * h * h) / 6;
    const q = ((b * b * b - b) * h * h) / 6;
    const low = i * this.columns;
    const high = low + this.columns;
    for (let c = 0; c < this.columns; c++) {
      out[c] =
        weighted(a, this.values[low + c]) +
        weighted(b, this.values[high + c]) +
        p * this.curvature[low + c] +
        q * this.curvature[high + c];
    }
    return out;
  }

  /** Index of the interval that holds `x`, by bisection. */
  private interval(x: number): number {
    let low = 0;
    let high = this.nodes.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.nodes[middle] <= x) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}

/** A missing value with no weight must not make the sum missing. */
function weighted(weight: number, value: number): number {
  return weight === 0 ? 0 : weight * value;
}

/** Second derivatives at the nodes, (n, columns), zero at both ends (Thomas's algorithm). */
function secondDerivatives(
  nodes: ArrayLike<number>,
  values: Float64Array,
  columns: number
): Float64Array {
  const n = nodes.length;
  const result = new Float64Array(values.length);
  const upper = new Float64Array(n);
  for (let i = 1; i < n - 1; i++) {
    const before = nodes[i] - nodes[i - 1];
    const after = nodes[i + 1] - nodes[i];
    const pivot = 2 * (before + after) - before * upper[i - 1];
    upper[i] = after / pivot;
    const row = i * columns;
    for (let c = row; c < row + columns; c++) {
      const bend =
        (values[c + columns] - values[c]) / after - (values[c] - values[c - columns]) / before;
      result[c] = (6 * bend - before * result[c - columns]) / pivot;
    }
  }
  for (let i = n - 3; i >= 1; i--) {
    const row = i * columns;
    for (let c = row; c < row + columns; c++) {
      result[c] -= upper[i] * result[c + columns];
    }
  }
  flattenHoles(result, values, n, columns);
  return result;
}

function flattenHoles(
  curvature: Float64Array,
  values: Float64Array,
  n: number,
  columns: number
): void {
  for (let c = 0; c < columns; c++) {
    let whole = true;
    for (let i = 0; i < n && whole; i++) {
      whole = !Number.isNaN(values[i * columns + c]);
    }
    for (let i = 0; i < n && !whole; i++) {
      curvature[i * columns + c] = 0;
    }
  }
}
