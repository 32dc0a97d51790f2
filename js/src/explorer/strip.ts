import { el, isModified, keepKeys, setText } from '../dom';
import { formatNumber } from '../format';
import type { Slider } from '../plane/document';
import { readTheme, onThemeChange } from '../plane/theme';
import { strings } from '../strings';
import { Panel, whenSized } from './panel';
import { nearestKept, placeOf, stripValues } from './place';
import type { SettingPicker } from './sensitivity';
import { drawThumbnail, type Miniature } from './thumbnail';

/** What the strip shows: planes across one slider, and where that stands. */
export interface StripContent {
  slider: Slider;
  /** The setting shown; null where it is a word. */
  value: number | null;
  /** The plane at a kept value. */
  planeAt(value: number): Miniature | null;
  /** Changes when the planes do. */
  version: unknown;
}

interface Thumbnail {
  value: number;
  button: HTMLButtonElement;
  canvas: HTMLCanvasElement;
}

const HEIGHT = 78;

/** Keys that lead to another thumbnail: from the present one, to its index. */
const KEYS: Record<string, (at: number, last: number) => number> = {
  ArrowLeft: at => at - 1,
  ArrowUp: at => at - 1,
  ArrowRight: at => at + 1,
  ArrowDown: at => at + 1,
  Home: () => 0,
  End: (_, last) => last
};

/** Five planes across the slider; the one nearest to the setting is marked, any can be taken. */
export class Strip {
  readonly panel = new Panel(strings.explorer.strip.title, 'glow-strip');
  private readonly row = keepKeys(
    el('div', { class: 'glow-strip-row', attributes: { role: 'radiogroup' } })
  );
  private readonly release: (() => void)[];
  private thumbnails: Thumbnail[] = [];
  private content: StripContent | null = null;

  constructor(private readonly picker: SettingPicker) {
    this.panel.body.append(this.row);
    this.row.addEventListener('keydown', event => this.onKey(event));
    const redraw = (): void => this.draw();
    // Not at once: JupyterLab hides itself until the next frame, and what is hidden has no width.
    const later = (): number => requestAnimationFrame(redraw);
    this.release = [whenSized(this.row, redraw), onThemeChange(later)];
  }

  get element(): HTMLElement {
    return this.panel.element;
  }

  /** Show planes across a slider; null hides the strip. */
  show(content: StripContent | null): void {
    const known = this.content;
    this.content = content;
    this.element.hidden = content === null;
    if (!content) {
      return;
    }
    const values = stripValues(content.slider).map(i => content.slider.values[i]);
    if (values.join() !== this.thumbnails.map(({ value }) => value).join()) {
      this.thumbnails = values.map(value => this.makeThumbnail(value));
      this.row.replaceChildren(...this.thumbnails.map(({ button }) => button));
    }
    this.panel.rename(strings.explorer.strip.across(content.slider.name));
    this.row.setAttribute('aria-label', strings.explorer.strip.across(content.slider.name));
    if (known?.version !== content.version || known?.slider.name !== content.slider.name) {
      this.draw();
    }
    this.mark(content);
  }

  dispose(): void {
    this.release.forEach(release => release());
  }

  private makeThumbnail(value: number): Thumbnail {
    const canvas = el('canvas', { class: 'glow-thumbnail' });
    const caption = el('span', { class: 'glow-strip-value' });
    setText(caption, formatNumber(value));
    const button = el(
      'button',
      {
        class: 'glow-strip-item',
        testid: 'glow-thumbnail',
        attributes: { type: 'button', role: 'radio' },
        on: { click: () => this.take(value) }
      },
      canvas,
      caption
    );
    return { value, button, canvas };
  }

  private draw(): void {
    const { content } = this;
    for (const { value, canvas } of content ? this.thumbnails : []) {
      const plane = content!.planeAt(value);
      if (plane) {
        drawThumbnail(canvas, plane, readTheme(canvas), [canvas.clientWidth, HEIGHT]);
      }
    }
  }

  private mark({ slider, value }: StripContent): void {
    const marked = value === null ? -1 : this.nearest(slider, value);
    this.thumbnails.forEach(({ value: own, button }, i) => {
      const setting = strings.explorer.setting(slider.name, formatNumber(own));
      button.setAttribute('aria-label', setting);
      button.setAttribute('aria-checked', String(i === marked));
      button.tabIndex = i === Math.max(marked, 0) ? 0 : -1;
      button.classList.toggle('glow-near', i === marked && own !== value);
    });
  }

  private nearest(slider: Slider, value: number): number {
    const place = placeOf(slider, slider.values[nearestKept(slider, value)]);
    const away = this.thumbnails.map(each => Math.abs(placeOf(slider, each.value) - place));
    return away.indexOf(Math.min(...away));
  }

  private take(value: number): void {
    this.picker.pick(value);
    this.picker.settle();
  }

  private onKey(event: KeyboardEvent): void {
    if (isModified(event)) {
      return;
    }
    const at = this.thumbnails.findIndex(({ button }) => button === document.activeElement);
    const next = KEYS[event.key]?.(at, this.thumbnails.length - 1);
    const thumbnail = at < 0 || next === undefined ? undefined : this.thumbnails[next];
    if (thumbnail) {
      thumbnail.button.focus();
      this.take(thumbnail.value);
    }
    if (KEYS[event.key]) {
      event.preventDefault();
    }
  }
}
