import { formatCoordinate, formatNumber } from '../format';
import type { Slider } from '../plane/document';
import { strings } from '../strings';
import { compresses, survival, type Loss, type Survival } from './compression';
import { drawLines, SensitivityFrame } from './sensitivity-frame';
import { Panel, whenSized } from './panel';
import { placeOf } from './place';
import type { Here } from './survey';
import { svg } from './svg';

/** What the chart shows: the losses along one slider, and where that stands. */
export interface SensitivityContent {
  slider: Slider;
  layers: readonly string[];
  /** By kept value, then by layer. */
  losses: readonly (readonly Loss[])[];
  /** What is drawn in the plane, by which the claim is judged. */
  here: Here;
  /** The setting shown; null where it is a word. */
  value: number | null;
  unit: string;
  /** How many networks the losses are of, on the mean. */
  runs: number;
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
    const { here, value } = content;
    const range = here.among && survival(here.among.losses, here.among.at);
    const text = sentence(content, range);
    this.panel.say(text);
    this.picture.setAttribute('aria-label', `${text} ${figures(content)}`);
    if (!frame) {
      return;
    }
    const [from, to] = range ? [range.from, range.to].map(i => here.among!.values[i]) : [];
    const shade = range && frame.band(from, to);
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

function sentence(content: SensitivityContent, range: Survival | null): string {
  const { sensitivity } = strings.explorer;
  const { here, layers, runs, unit } = content;
  const losing = layers.flatMap((_, i) => (compresses(here.losses[i]) ? [i] : []));
  const unknown = layers.filter((_, layer) => here.losses[layer].atCeiling);
  const names = losing.map(layer => layers[layer]);
  const lost = losing.map(layer => roughly(here.losses[layer].lost, unit));
  const along = range ? rangeInWords(here, range) : '';
  const seen =
    losing.length === 0
      ? sensitivity.none(here.words, unit)
      : runs > 1
        ? sensitivity.holds(here.words, names, along)
        : sensitivity.oneRun(here.words, names, lost, along);
  return [
    seen,
    ...(unknown.length ? [sensitivity.ceiling(unknown)] : []),
    ...(here.among ? [] : [sensitivity.apart])
  ].join(' ');
}

/** One decimal in bits: a saved document is rounded, and says the same. */
function roughly(lost: number, unit: string): string {
  return unit === 'bits' ? `${lost.toFixed(1)} ${unit}` : formatCoordinate(lost, unit);
}

function rangeInWords({ among }: Here, { from, to }: Survival): string {
  const { values } = among!;
  const whole = from === 0 && to === values.length - 1;
  const [low, high] = [from, to].map(i => formatNumber(values[i]));
  return strings.explorer.sensitivity.range(low, high, whole);
}

/** The chart in numbers, for those who do not see it. */
function figures({ here, layers, unit }: SensitivityContent): string {
  return layers
    .map((name, layer) => {
      const loss = here.losses[layer];
      const text = Number.isNaN(loss.lost) ? '–' : formatCoordinate(loss.lost, unit);
      return strings.explorer.sensitivity.figure(name, text, compresses(loss));
    })
    .join(' ');
}
