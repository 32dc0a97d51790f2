import { formatCoordinate, formatNumber } from '../format';
import type { Slider } from '../plane/document';
import { strings } from '../strings';
import { compresses, survival, type Loss } from './compression';
import { drawLines, SensitivityFrame } from './sensitivity-frame';
import { Panel, whenSized } from './panel';
import { nearestKept, placeOf } from './place';
import { svg } from './svg';

/** What the chart shows: the losses along one slider, and where that stands. */
export interface SensitivityContent {
  slider: Slider;
  layers: readonly string[];
  /** By kept value, then by layer. */
  losses: readonly (readonly Loss[])[];
  /** The setting shown; null where it is a word. */
  value: number | null;
  unit: string;
}

/** What a chart of settings tells its owner. */
export interface SettingPicker {
  /** The reader points at a setting. */
  pick(value: number): void;
  /** The reader let go. */
  settle(): void;
}

/**
 * How much each layer compresses against one setting, and how far the claim read off the present
 * setting survives: the range in which every layer that compresses here still does is shaded.
 */
export class SensitivityChart {
  readonly panel = new Panel(strings.explorer.sensitivity.title, 'glow-sensitivity');
  private readonly picture = svg('svg', { class: 'glow-chart-svg', role: 'img' });
  private readonly lines = svg('g');
  private readonly overlay = svg('g');
  private readonly release: () => void;
  private content: SensitivityContent | null = null;
  private frame: SensitivityFrame | null = null;

  constructor(private readonly picker: SettingPicker) {
    this.picture.append(this.overlay, this.lines);
    this.panel.body.append(this.picture);
    this.picture.addEventListener('pointerdown', event => this.onDown(event));
    this.picture.addEventListener('pointermove', event => this.onMove(event));
    this.picture.addEventListener('pointerup', () => this.picker.settle());
    this.release = whenSized(this.panel.body, () => this.redraw());
  }

  get element(): HTMLElement {
    return this.panel.element;
  }

  /** Show the losses along a slider; null hides the chart. */
  show(content: SensitivityContent | null): void {
    const known = this.content;
    this.content = content;
    this.element.hidden = content === null;
    if (content?.losses !== known?.losses || content?.slider.name !== known?.slider.name) {
      this.redraw();
    } else {
      this.mark();
    }
  }

  dispose(): void {
    this.release();
  }

  private redraw(): void {
    const { content } = this;
    const width = this.panel.body.clientWidth;
    if (content && width) {
      this.frame = new SensitivityFrame(content, width);
      this.picture.setAttribute('viewBox', `0 0 ${width} ${this.frame.height}`);
      this.picture.setAttribute('height', String(this.frame.height));
      this.lines.replaceChildren(...drawLines(this.frame, content));
    }
    this.mark();
  }

  /** Where the setting stands, and how far what it shows survives. */
  private mark(): void {
    const { content, frame } = this;
    if (!content) {
      return;
    }
    const { slider, losses, value } = content;
    const at = value === null ? null : nearestKept(slider, value);
    const range = at === null ? null : survival(losses, at);
    const text = at === null ? strings.explorer.sensitivity.word : sentence(content, at, range);
    this.panel.say(text);
    this.picture.setAttribute('aria-label', `${text} ${figures(content, at)}`.trim());
    if (!frame) {
      return;
    }
    const shade = range && frame.band(slider.values[range.from], slider.values[range.to]);
    this.overlay.replaceChildren(
      ...(shade ? [svg('rect', { class: 'glow-survives', ...shade })] : []),
      ...(value === null ? [] : [svg('line', { class: 'glow-cursor', ...frame.upright(value) })])
    );
  }

  private onDown(event: PointerEvent): void {
    this.picture.setPointerCapture?.(event.pointerId);
    this.pickAt(event);
  }

  private onMove(event: PointerEvent): void {
    if (event.buttons === 1) {
      this.pickAt(event);
    }
  }

  private pickAt({ clientX }: PointerEvent): void {
    const { content, frame } = this;
    if (content && frame) {
      const { slider } = content;
      const place = frame.placeAt(clientX - this.picture.getBoundingClientRect().left);
      const places = slider.values.map(value => placeOf(slider, value));
      const nearest = places.reduce((a, b) => (Math.abs(b - place) < Math.abs(a - place) ? b : a));
      this.picker.pick(slider.values[places.indexOf(nearest)]);
    }
  }
}

function sentence(
  { slider, layers, losses, value }: SensitivityContent,
  at: number,
  range: ReturnType<typeof survival>
): string {
  const { sensitivity } = strings.explorer;
  const unknown = layers.filter((_, layer) => losses[at][layer].atCeiling);
  const remark = unknown.length ? ` ${sensitivity.ceiling(unknown)}` : '';
  const setting = strings.explorer.setting(slider.name, formatNumber(slider.values[at]));
  const place = slider.values[at] === value ? setting : sensitivity.nearest(setting);
  if (!range) {
    return sensitivity.none(place) + remark;
  }
  const names = range.layers.map(layer => layers[layer]);
  const [low, high] = [range.from, range.to].map(i => formatNumber(slider.values[i]));
  const whole = range.from === 0 && range.to === slider.values.length - 1;
  return sensitivity.holds(place, names, low, high, whole) + remark;
}

/** The chart in numbers, for those who do not see it. */
function figures({ layers, losses, unit }: SensitivityContent, at: number | null): string {
  if (at === null) {
    return '';
  }
  return layers
    .map((name, layer) => {
      const loss = losses[at][layer];
      const text = Number.isNaN(loss.lost) ? '–' : formatCoordinate(loss.lost, unit);
      return strings.explorer.sensitivity.figure(name, text, compresses(loss));
    })
    .join(' ');
}
