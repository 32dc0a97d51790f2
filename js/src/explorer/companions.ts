import { el } from '../dom';
import type { Plane, Slider } from '../plane/document';
import type { Point } from '../plane/points';
import { KnownAnswerGauge } from './gauge';
import { HistogramChart, type HistogramContent } from './histogram';
import { nearestEpoch } from './histogram-data';
import { rulerOf } from './ruler';
import { SensitivityChart, type SettingPicker } from './sensitivity';
import type { Shown } from './library';
import type { ExplorerState } from './state';
import { Strip } from './strip';
import { here, survey, type Survey } from './survey';

/** What the companions tell their owner. */
export interface CompanionHooks {
  /** How a slider is moved from here. */
  picker(name: string): SettingPicker;
  /** The reader wants known answers for the touched point. */
  askKnown(): void;
}

/**
 * What stands beside the plane: planes across the slider, how far compression survives it, the
 * activations behind the touched point, and known answers.
 */
export class Companions {
  readonly strip: Strip;
  readonly gauge: KnownAnswerGauge;
  readonly element: HTMLElement;
  private readonly sensitivity: SensitivityChart;
  private readonly histogram = new HistogramChart();
  /** Losses are computed once for each curve. */
  private readonly known = new WeakMap<Plane, Survey>();
  private slider = '';
  private touched: Point | null = null;

  constructor(hooks: CompanionHooks) {
    const picker: SettingPicker = {
      pick: value => hooks.picker(this.slider).pick(value),
      settle: () => hooks.picker(this.slider).settle()
    };
    this.strip = new Strip(picker);
    this.sensitivity = new SensitivityChart(picker);
    this.gauge = new KnownAnswerGauge(() => hooks.askKnown());
    this.element = el(
      'div',
      { class: 'glow-companions' },
      this.sensitivity.element,
      this.histogram.element,
      this.gauge.element
    );
  }

  /** Remember the point that was touched last. */
  touch(point: Point): void {
    this.touched = point;
  }

  /** The touched point; before any was, the last epoch of the last layer but one. */
  pointOn({ recording: { epochs, layers } }: Shown): Point {
    const { touched } = this;
    const there = touched && touched.epoch < epochs.length && touched.layer < layers.length;
    return there ? touched : { epoch: epochs.length - 1, layer: Math.max(layers.length - 2, 0) };
  }

  show(state: ExplorerState, shown: Shown): void {
    const { strip, sensitivity, histogram, gauge } = this;
    const recording = state.besides.length ? shown.recording.name : '';
    [strip, sensitivity, histogram, gauge].forEach(({ panel }) => panel.belong(recording));
    this.showAlong(state, shown);
    this.showTouched(state, shown);
  }

  /** Draw what is known of the touched point: the activations behind it, and known answers. */
  showTouched(state: ExplorerState, shown: Shown): void {
    this.histogram.show(histogramOf(state, shown, this.pointOn(shown)));
    const known = state.library.known({ ...shown.selection, settings: shown.reading.settings });
    const possible = state.exact && shown.recording.axes.xt.unit === 'bits';
    this.gauge.show(known, possible, shown.heading);
  }

  dispose(): void {
    [this.strip, this.sensitivity, this.histogram, this.gauge].forEach(each => each.dispose());
  }

  private showAlong(state: ExplorerState, shown: Shown): void {
    const along = curveToShow(state);
    const plane = along && state.estimator!.along(along.name);
    if (!along || !plane || along.values.length < 2) {
      this.strip.show(null);
      this.sensitivity.show(null);
      return;
    }
    this.slider = along.name;
    const setting = state.selection.settings[along.name];
    const value = typeof setting === 'number' ? setting : null;
    this.showStrip(state, shown, plane, along, value);
    const lines = this.known.get(plane) ?? survey(state.estimator!, along, shown);
    this.known.set(plane, lines);
    this.sensitivity.show({
      ...lines,
      layers: shown.recording.layers,
      here: here(lines, state.estimator!, setting, shown),
      value,
      unit: plane.axes.xt.unit,
      runs: plane.runs
    });
  }

  private showStrip(
    state: ExplorerState,
    { limits, recording }: Shown,
    plane: Plane,
    slider: Slider,
    value: number | null
  ): void {
    const { estimator } = state;
    const { epochs, layers } = recording;
    this.strip.show({
      slider,
      value,
      version: plane,
      planeAt: at => {
        const settings = { ...estimator!.settings, [slider.name]: at };
        const coordinates = estimator!.at(settings, slider.name);
        return coordinates && { coordinates, epochs, layers: layers.length, limits };
      }
    });
  }
}

/** The slider whose kept curve is shown: the one moved last, else the first that has one. */
function curveToShow({ estimator, selection }: ExplorerState): Slider | null {
  const kept = (estimator?.sliders ?? []).flatMap(({ name }) => {
    const slider = estimator!.along(name)?.slider;
    return slider ? [slider] : [];
  });
  return kept.find(({ name }) => name === selection.slider) ?? kept[0] ?? null;
}

function histogramOf(
  state: ExplorerState,
  { recording, reading }: Shown,
  { epoch, layer }: Point
): HistogramContent | null {
  const table = state.library.histograms(recording.name);
  const wanted = recording.epochs[epoch];
  const shown = table && nearestEpoch(table, wanted);
  const histogram = shown === null ? undefined : table!.byEpoch.get(shown)?.[layer];
  if (!table || shown === null || !histogram) {
    return null;
  }
  const range = table.ranges[layer];
  const [lows, highs] = [table.ranges.map(([low]) => low), table.ranges.map(([, high]) => high)];
  const spans = {
    global: [Math.min(...lows), Math.max(...highs)],
    layer: range,
    snapshot: histogram.ends
  } as const;
  const settings = { ...reading.plane.settings, ...reading.settings };
  const ruler = rulerOf(reading.plane.estimator, settings, spans);
  return { layer: recording.layers[layer], epoch: wanted, shown, range, histogram, ruler };
}
