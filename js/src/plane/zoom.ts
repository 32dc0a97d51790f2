import { select, Selection } from 'd3-selection';
import { zoom, ZoomBehavior, zoomIdentity, ZoomTransform, zoomTransform } from 'd3-zoom';

import type { Box } from './labels';

/** Largest magnification. */
const MOST = 32;
/** What one press of a zoom button multiplies by. */
const STEP = 1.5;
/** Share of the plot that one press of an arrow key moves it by. */
const PAN = 0.1;
/** Pixels of the wheel that double the magnification, and the most one event may count for. */
const WHEEL = { doubling: 100, most: 40 };

/**
 * Zooming and panning of the plot.
 *
 * The wheel zooms only with Ctrl (or Cmd), so that it goes on scrolling the notebook.
 */
export class PlotZoom {
  private readonly behavior: ZoomBehavior<HTMLElement, unknown>;
  private readonly selection: Selection<HTMLElement, unknown, null, undefined>;
  private resizing = false;
  private plot: Box = { left: 0, right: 1, top: 0, bottom: 1 };

  /** @param changed Called whenever the view moved. */
  constructor(target: HTMLElement, changed: () => void) {
    this.behavior = zoom<HTMLElement, unknown>()
      .scaleExtent([1, MOST])
      .filter(
        (event: MouseEvent) =>
          !event.button && (event.type !== 'wheel' || event.ctrlKey || event.metaKey)
      )
      .wheelDelta(wheelDelta)
      .extent(() => corners(this.plot))
      .on('zoom', () => this.resizing || changed());
    this.selection = select(target);
    // A double click belongs to no one here: zooming by it surprises more than it helps.
    this.selection.call(this.behavior).on('dblclick.zoom', null);
  }

  get transform(): ZoomTransform {
    return zoomTransform(this.selection.node()!);
  }

  /** The plot has this place now; what is in view stays in view. */
  resize(plot: Box): void {
    const before = this.plot;
    if (String(corners(before)) === String(corners(plot))) {
      return;
    }
    const { k, x, y } = this.transform;
    this.plot = plot;
    this.behavior.translateExtent(corners(plot));
    const kept = zoomIdentity
      .translate(
        keepInView(x, k, [before.left, before.right], [plot.left, plot.right]),
        keepInView(y, k, [before.top, before.bottom], [plot.top, plot.bottom])
      )
      .scale(k);
    // Whoever resizes is painting already.
    this.resizing = true;
    this.moveTo(kept);
    this.resizing = false;
  }

  /** Whether the reader sees a part of the plane. */
  get zoomed(): boolean {
    return this.transform.k !== 1;
  }

  zoomBy(steps: number): void {
    this.behavior.scaleBy(this.selection, Math.pow(STEP, steps));
  }

  /** Move the view, in steps of a tenth of the plot. */
  panBy(right: number, down: number): void {
    const { left, top, right: end, bottom } = this.plot;
    const { k } = this.transform;
    const [dx, dy] = [(end - left) / k, (bottom - top) / k].map(extent => extent * PAN);
    this.behavior.translateBy(this.selection, -right * dx, -down * dy);
  }

  reset(): void {
    this.moveTo(zoomIdentity);
  }

  moveTo(transform: ZoomTransform): void {
    this.behavior.transform(this.selection, transform);
  }
}

function corners(plot: Box): [[number, number], [number, number]] {
  return [
    [plot.left, plot.top],
    [plot.right, plot.bottom]
  ];
}

/** The shift that shows the same share of the plot after its extent changed. */
function keepInView(
  shift: number,
  k: number,
  [from, to]: [number, number],
  [newFrom, newTo]: [number, number]
): number {
  const share = ((from - shift) / k - from) / (to - from);
  return newFrom - k * (newFrom + share * (newTo - newFrom));
}

/** Logarithm to base 2 of what a wheel event multiplies by; a pinch arrives as small steps. */
function wheelDelta({ deltaY, deltaMode }: WheelEvent): number {
  // Some mice count lines or pages instead of pixels.
  const pixels = deltaMode === WheelEvent.DOM_DELTA_PIXEL ? deltaY : deltaY * WHEEL.most;
  return -Math.max(-WHEEL.most, Math.min(WHEEL.most, pixels)) / WHEEL.doubling;
}
