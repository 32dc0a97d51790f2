import type { Tracer } from './markers';
import type { Pen } from './pen';

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** The data of an SVG path, traced as on a canvas. */
export class PathData implements Tracer {
  private readonly parts: string[] = [];

  toString(): string {
    return this.parts.join('');
  }

  moveTo(x: number, y: number): void {
    this.parts.push(`M${short(x)} ${short(y)}`);
  }

  lineTo(x: number, y: number): void {
    // A canvas takes a line without a start as its start.
    this.parts.push(`${this.parts.length ? 'L' : 'M'}${short(x)} ${short(y)}`);
  }

  /** A whole circle: the only arc that pictures here have. */
  arc(x: number, y: number, radius: number): void {
    const r = short(radius);
    const half = (to: number): string => `A${r} ${r} 0 0 1 ${short(to)} ${short(y)}`;
    this.parts.push(`M${short(x + radius)} ${short(y)}${half(x - radius)}${half(x + radius)}`);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.parts.push(`M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`);
  }
}

/** What `save` keeps and `restore` brings back. */
interface Style {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
}

const ANCHORS: Partial<Record<CanvasTextAlign, string>> = { center: 'middle', right: 'end' };
/** Where a font's own line lies below the place that a canvas aligns to, in its size. */
const BASELINES: Partial<Record<CanvasTextBaseline, number>> = {
  top: 0.8,
  middle: 0.35,
  bottom: -0.2
};

/** Draws as a canvas does, into an SVG; texts stay texts. */
export class SvgPen implements Pen, Style {
  fillStyle = '#000';
  strokeStyle = '#000';
  lineWidth = 1;
  lineJoin: CanvasLineJoin = 'miter';
  globalAlpha = 1;
  font = '10px sans-serif';
  textAlign: CanvasTextAlign = 'left';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  private dash: readonly number[] = [];
  private path = new PathData();
  private clips = 0;
  private open = 0;
  private readonly parts: string[] = [];
  private readonly saved: { style: Style; open: number }[] = [];

  /** @param measure Width of a text in a font, in pixels. */
  constructor(private readonly measure: (text: string, font: string) => number) {}

  /**
   * The picture as the text of an SVG file.
   *
   * @param size In the units that were drawn in.
   * @param print Width at which it is printed, as CSS writes it.
   * @param title What it shows, for those who do not see it.
   */
  document(size: { width: number; height: number }, print: string, title: string): string {
    const { width, height } = size;
    const attributes = {
      xmlns: NAMESPACE,
      width: print,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img'
    };
    const parts = this.parts.join('\n');
    return `<svg${written(attributes)}><title>${escape(title)}</title>\n${parts}\n</svg>\n`;
  }

  beginPath(): void {
    this.path = new PathData();
  }

  moveTo(x: number, y: number): void {
    this.path.moveTo(x, y);
  }

  lineTo(x: number, y: number): void {
    this.path.lineTo(x, y);
  }

  arc(x: number, y: number, radius: number): void {
    this.path.arc(x, y, radius);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.path.rect(x, y, width, height);
  }

  fill(): void {
    this.add('path', { d: String(this.path), ...this.filling() });
  }

  stroke(): void {
    this.add('path', { d: String(this.path), fill: 'none', ...this.stroking() });
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.add('rect', { x, y, width, height, ...this.filling() });
  }

  fillText(text: string, x: number, y: number): void {
    this.addText(text, x, y, this.filling());
  }

  strokeText(text: string, x: number, y: number): void {
    this.addText(text, x, y, { fill: 'none', ...this.stroking() });
  }

  measureText(text: string): { width: number } {
    return { width: this.measure(text, this.font) };
  }

  setLineDash(dash: readonly number[]): void {
    this.dash = dash;
  }

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, lineJoin } = this;
    const { globalAlpha, font, textAlign, textBaseline, open } = this;
    const stroke = { strokeStyle, lineWidth, lineJoin };
    const text = { font, textAlign, textBaseline };
    this.saved.push({ style: { fillStyle, globalAlpha, ...stroke, ...text }, open });
  }

  restore(): void {
    const last = this.saved.pop();
    if (last) {
      Object.assign(this, last.style);
      for (; this.open > last.open; this.open--) {
        this.parts.push('</g>');
      }
    }
  }

  clip(): void {
    this.clips += 1;
    const id = `clip-${this.clips}`;
    this.parts.push(`<clipPath id="${id}"><path d="${String(this.path)}"/></clipPath>`);
    this.group({ 'clip-path': `url(#${id})` });
  }

  translate(x: number, y: number): void {
    this.group({ transform: `translate(${short(x)} ${short(y)})` });
  }

  rotate(angle: number): void {
    this.group({ transform: `rotate(${short((180 * angle) / Math.PI)})` });
  }

  private group(attributes: Attributes): void {
    this.parts.push(`<g${written(attributes)}>`);
    this.open += 1;
  }

  private add(tag: string, attributes: Attributes, content = ''): void {
    this.parts.push(`<${tag}${written(attributes)}>${content}</${tag}>`);
  }

  private addText(text: string, x: number, y: number, paint: Attributes): void {
    const [, weight, size, family] = /^(\d+) ([\d.]+)px (.+)$/.exec(this.font) ?? [];
    const down = (BASELINES[this.textBaseline] ?? 0) * Number(size);
    const anchor = ANCHORS[this.textAlign] ?? 'start';
    const font = { 'font-family': family, 'font-size': size, 'font-weight': weight };
    const place = { x, y: y + down, 'text-anchor': anchor };
    this.add('text', { ...place, ...font, ...paint }, escape(text));
  }

  private filling(): Attributes {
    return { fill: this.fillStyle, ...this.opacity('fill-opacity') };
  }

  private stroking(): Attributes {
    const line: Attributes = { stroke: this.strokeStyle, 'stroke-width': this.lineWidth };
    if (this.dash.length) {
      line['stroke-dasharray'] = this.dash.join(' ');
    }
    if (this.lineJoin !== 'miter') {
      line['stroke-linejoin'] = this.lineJoin;
    }
    return { ...line, ...this.opacity('stroke-opacity') };
  }

  private opacity(name: string): Attributes {
    return this.globalAlpha === 1 ? {} : { [name]: this.globalAlpha };
  }
}

type Attributes = Record<string, string | number>;

function written(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(
      ([name, value]) => ` ${name}="${escape(typeof value === 'number' ? short(value) : value)}"`
    )
    .join('');
}

/** A hundredth of a pixel is finer than any printer. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it stands in XML; characters that XML cannot hold are left out. */
function escape(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|[\p{Cs}\ufffe\uffff]/gu, '')
    .replace(/[&<>"]/g, character => ENTITIES[character]);
}
