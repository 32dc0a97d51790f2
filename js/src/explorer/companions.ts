import { el } from '../dom';
import type { Plane, Slider } from '../plane/document';
import { lossesAlong, type Loss } from './compression';
import { SensitivityChart, type SettingPicker } from './sensitivity';
import type { ExplorerState, Shown } from './state';
import { Strip } from './strip';

/** What stands beside the plane: planes across the slider, and how far compression survives it. */
export class Companions {
  readonly strip: Strip;
  readonly sensitivity: SensitivityChart;
  readonly element: HTMLElement;
  private slider = '';
  /** Losses are computed once for each curve. */
  private readonly known = new WeakMap<Plane, Loss[][]>();

  constructor(picker: (name: string) => SettingPicker) {
    const pickers: SettingPicker = {
      pick: value => picker(this.slider).pick(value),
      settle: () => picker(this.slider).settle()
    };
    this.strip = new Strip(pickers);
    this.sensitivity = new SensitivityChart(pickers);
    this.element = el('div', { class: 'glow-companions' }, this.sensitivity.element);
  }

  show(state: ExplorerState, shown: Shown): void {
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
    this.sensitivity.show({
      slider: along,
      layers: shown.recording.layers,
      losses: this.lossesOf(plane, along, shown),
      value,
      unit: plane.axes.xt.unit
    });
  }

  dispose(): void {
    this.strip.dispose();
    this.sensitivity.dispose();
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

  private lossesOf(plane: Plane, slider: Slider, { recording }: Shown): Loss[][] {
    const known = this.known.get(plane);
    const { length } = recording.layers;
    const losses = known ?? lossesAlong(plane.xt, slider.values.length, length, plane.ceilings.xt);
    this.known.set(plane, losses);
    return losses;
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
