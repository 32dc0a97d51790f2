import { el } from '../dom';
import { formatError } from '../format';
import type { EstimatorPlanes, Settings, SettingValue } from '../plane/estimator';
import { strings } from '../strings';
import { SettingControl } from './setting';

/** What the sliders tell their owner. */
export interface SettingsHooks {
  move(name: string, value: SettingValue): void;
  settle(): void;
}

/** The sliders of the selected estimator. */
export class SettingsBox {
  readonly element = el('div', { class: 'glow-settings' });
  private readonly controls = new Map<string, SettingControl>();
  private declared = '';

  constructor(private readonly hooks: SettingsHooks) {}

  /** How many sliders there are. */
  get count(): number {
    return this.controls.size;
  }

  /**
   * Show where the sliders stand.
   *
   * @param exact Whether values that are not kept can be had from a kernel.
   * @param unit Of the errors between kept values.
   */
  show(estimator: EstimatorPlanes, settings: Settings, exact: boolean, unit: string): void {
    const { label, sliders, settings: kept } = estimator;
    const plain = sliders.map(slider => ({ ...slider, error: null }));
    const declared = JSON.stringify([label, plain, kept, exact]);
    // New sliders only where the declarations are others: a handle may be in a hand.
    if (declared !== this.declared) {
      this.declared = declared;
      this.make(estimator, exact);
    }
    this.controls.forEach((control, name) => {
      control.note(remark(estimator, name, unit));
      control.show(settings[name]);
    });
  }

  private make({ sliders, settings }: EstimatorPlanes, exact: boolean): void {
    this.controls.clear();
    for (const slider of sliders) {
      const { name } = slider;
      const control = new SettingControl(slider, settings[name], exact, {
        move: value => this.hooks.move(name, value),
        settle: () => this.hooks.settle()
      });
      this.controls.set(name, control);
    }
    this.element.replaceChildren(...Array.from(this.controls.values(), ({ element }) => element));
  }
}

/** What a reader must know of the values between those that are kept. */
function remark(estimator: EstimatorPlanes, name: string, unit: string): string {
  if (estimator.ordered) {
    return strings.explorer.onRelease;
  }
  const error = estimator.error(name);
  return error === null ? '' : strings.explorer.error(`${formatError(error)} ${unit}`.trim());
}
