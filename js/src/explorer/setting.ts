import { el, isModified, keepKeys, setText, uniqueId } from '../dom';
import { formatSetting } from '../format';
import { nearestIndex } from '../plane/curve';
import type { Slider } from '../plane/document';
import type { SettingValue } from '../plane/estimator';
import { rangeText, readTyped, stops } from '../plane/slider';
import { strings } from '../strings';

/** What a setting tells its owner. */
export interface SettingHooks {
  /** The value is being moved. */
  move(value: SettingValue): void;
  /** The movement ended. */
  settle(): void;
}

/** One parameter's slider with number box, range, meaning and reset, from its declaration. */
export class SettingControl {
  readonly element: HTMLElement;
  private readonly stops: number[];
  private readonly range: HTMLInputElement;
  private readonly box: HTMLInputElement;
  private readonly hint: HTMLElement;
  private readonly reset: HTMLButtonElement;
  private remark = '';
  private value: SettingValue = null;

  /**
   * @param kept The setting to go back to: a number, or the word (null: none) that stands for one.
   * @param exact Whether values that are not kept can be had from a kernel.
   */
  constructor(
    private readonly slider: Slider,
    private readonly kept: SettingValue,
    exact: boolean,
    private readonly hooks: SettingHooks
  ) {
    this.stops = stops(slider, exact);
    const hintId = uniqueId();
    this.range = this.makeRange(hintId);
    this.box = this.makeBox(hintId);
    this.hint = el('span', { class: 'glow-hint', attributes: { id: hintId } });
    this.reset = this.makeReset();
    const label = el('label', { class: 'glow-setting-name', text: slider.name });
    label.htmlFor = this.range.id;
    label.title = slider.meaning;
    this.element = el(
      'div',
      { class: 'glow-setting', attributes: { title: slider.meaning } },
      label,
      this.range,
      el(
        'span',
        { class: 'glow-value' },
        this.box,
        el('span', { class: 'glow-unit', text: slider.unit }),
        this.reset
      ),
      this.hint
    );
    this.explain();
  }

  /** Add a remark to meaning and range. */
  note(remark: string): void {
    if (remark !== this.remark) {
      this.remark = remark;
      if (!this.refused) {
        this.explain();
      }
    }
  }

  /** Show a value without telling the owner; the handle of a word rests on the default. */
  show(value: SettingValue): void {
    this.value = value;
    const text = formatSetting(value);
    const place = typeof value === 'number' ? value : this.slider.default;
    this.range.value = String(nearestIndex(this.stops, place));
    this.range.style.setProperty('--glow-share', String(this.share()));
    this.range.setAttribute(
      'aria-valuetext',
      typeof value === 'number' ? `${text} ${this.slider.unit}`.trim() : text
    );
    if (document.activeElement !== this.box || !this.refused) {
      this.box.value = text;
    }
    this.reset.disabled = value === this.kept;
  }

  private get refused(): boolean {
    return this.box.getAttribute('aria-invalid') === 'true';
  }

  private share(): number {
    return this.stops.length > 1 ? Number(this.range.value) / (this.stops.length - 1) : 0;
  }

  private makeRange(hintId: string): HTMLInputElement {
    const range = el('input', {
      class: 'glow-slider',
      testid: `glow-slider-${this.slider.name}`,
      attributes: {
        id: uniqueId(),
        type: 'range',
        min: '0',
        max: String(this.stops.length - 1),
        step: '1',
        'aria-describedby': hintId
      },
      on: {
        input: () => this.moveTo(this.stops[Number(this.range.value)]),
        change: () => this.hooks.settle()
      }
    });
    return keepKeys(range);
  }

  private makeBox(hintId: string): HTMLInputElement {
    const box = el('input', {
      class: 'glow-number',
      testid: `glow-number-${this.slider.name}`,
      attributes: {
        type: 'text',
        inputmode: 'decimal',
        autocomplete: 'off',
        spellcheck: 'false',
        'aria-label': strings.explorer.exactValue(this.slider.name),
        'aria-describedby': hintId
      },
      on: {
        change: () => this.onTyped(),
        keydown: event => this.onKey(event as KeyboardEvent)
      }
    });
    return keepKeys(box);
  }

  private makeReset(): HTMLButtonElement {
    const hint = strings.explorer.resetHint(formatSetting(this.kept));
    return el('button', {
      class: 'glow-button',
      testid: `glow-reset-${this.slider.name}`,
      text: strings.explorer.reset,
      attributes: { type: 'button', title: hint },
      on: { click: () => this.take(this.kept) }
    });
  }

  /** Enter takes what was typed: not every browser does outside a form. Escape drops it. */
  private onKey(event: KeyboardEvent): void {
    const key = isModified(event) ? '' : event.key;
    if (key === 'Enter') {
      this.onTyped();
    } else if (key === 'Escape') {
      this.explain();
      this.show(this.value);
    }
  }

  private onTyped(): void {
    const typed = readTyped(this.slider, this.box.value, this.kept);
    if ('refusal' in typed) {
      this.refuse(typed.refusal);
    } else if (this.refused || this.box.value !== formatSetting(this.value)) {
      this.take(typed.value);
    }
  }

  private take(value: SettingValue): void {
    this.moveTo(value);
    this.hooks.settle();
  }

  private moveTo(value: SettingValue): void {
    this.explain();
    this.show(value);
    this.hooks.move(value);
  }

  /** Say why a typed value was not taken; the plane stays as it is. */
  private refuse(reason: string): void {
    this.box.setAttribute('aria-invalid', 'true');
    this.hint.setAttribute('role', 'alert');
    this.hint.classList.add('glow-refused');
    setText(this.hint, reason);
  }

  private explain(): void {
    this.box.removeAttribute('aria-invalid');
    this.hint.removeAttribute('role');
    this.hint.classList.remove('glow-refused');
    const { meaning } = this.slider;
    const home = strings.explorer.home(formatSetting(this.kept));
    const parts = [meaning, rangeText(this.slider, this.kept), home, this.remark];
    setText(this.hint, parts.filter(Boolean).join(' · '));
  }
}
