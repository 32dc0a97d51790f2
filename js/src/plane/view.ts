import { scaleLinear } from 'd3-scale';

import { el, ownKeys, setText } from '../dom';
import { strings } from '../strings';
import { css, epochColour } from './colours';
import type { Coordinates } from './curve';
import type { Recording } from './document';
import { draw } from './draw';
import { EpochBar } from './epochs';
import type { Box } from './labels';
import { Legend } from './legend';
import { countMissing } from './points';
import { PointReader } from './reader';
import { epochFractions, Limits } from './scales';
import { summarise } from './summary';
import type { Scene } from './scene';
import { onThemeChange, readTheme } from './theme';
import { PlotZoom } from './zoom';

/** What the view shows: one recording's plane at one setting. */
export interface PlaneContent {
  recording: Recording;
  coordinates: Coordinates;
  /** The plane at the previous setting, drawn faintly behind. */
  ghost: Coordinates | null;
  limits: Limits;
  /** Recording and setting in words. */
  heading: string;
  /** The settings that are drawn; empty where there are none. */
  value: string;
  /** Whether more epochs are being estimated, so that missing ones need no remark. */
  arriving?: boolean;
}

const MARGIN = { left: 64, right: 14, top: 18, bottom: 44 };

/**
 * The information plane: a canvas with legend, tooltip, zoom and epoch bar around it.
 *
 * Everything a reader does here is answered here; no host is asked. Changes paint once in the
 * next animation frame, however many there are.
 */
export class PlaneView {
  readonly element: HTMLElement;
  private readonly canvas = el('canvas', { class: 'glow-canvas', testid: 'glow-canvas' });
  private readonly picture = el('div', {
    class: 'glow-plane',
    testid: 'glow-plane',
    attributes: { role: 'img', tabindex: '0', 'data-revision': '0', ...ownKeys }
  });
  private readonly note = el('p', { class: 'glow-note' });
  private readonly legend = new Legend(() => this.refresh());
  private readonly epochs = new EpochBar(() => this.refresh());
  private readonly zoom = new PlotZoom(this.picture, () => this.refresh());
  private readonly reader = new PointReader(this.picture, () => this.refresh());
  private readonly release: (() => void)[] = [];
  private content: PlaneContent | null = null;
  private frame = 0;
  private revision = 0;

  constructor() {
    this.picture.append(this.canvas, this.reader.tooltip);
    this.element = el(
      'div',
      { class: 'glow-view' },
      el('div', { class: 'glow-view-head' }, this.legend.element, this.tools()),
      this.picture,
      this.epochs.element,
      this.note,
      this.reader.spoken
    );
    this.listen();
  }

  /** Show a plane; what the reader chose (layers, epoch, zoom) stays. */
  show(content: PlaneContent): void {
    this.content = content;
    this.legend.show(content.recording.layers);
    this.epochs.show(content.recording.epochs);
    setText(this.note, noteOn(content));
    this.refresh();
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.release.forEach(release => release());
    this.element.remove();
  }

  /** Paint in the next frame. */
  refresh(): void {
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.paint();
      });
    }
  }

  private tools(): HTMLElement {
    const tool = (text: string, label: string, action: () => void): HTMLElement =>
      el('button', {
        text,
        class: 'glow-tool',
        attributes: { type: 'button', title: label, 'aria-label': label },
        on: { click: action }
      });
    return el(
      'div',
      { class: 'glow-tools' },
      tool('+', strings.plane.zoomIn, () => this.zoom.zoomBy(1)),
      tool('−', strings.plane.zoomOut, () => this.zoom.zoomBy(-1)),
      tool('⟲', strings.plane.zoomReset, () => this.zoom.reset())
    );
  }

  private listen(): void {
    this.picture.addEventListener('keydown', event => this.onKey(event));
    const resized = new ResizeObserver(() => this.refresh());
    resized.observe(this.picture);
    this.release.push(
      () => resized.disconnect(),
      onThemeChange(() => this.refresh())
    );
  }

  private paint(): void {
    const { clientWidth: width, clientHeight: height } = this.picture;
    if (!this.content) {
      return;
    }
    const theme = readTheme(this.picture);
    const colours = epochFractions(this.content.recording.epochs).map(fraction =>
      css(epochColour(fraction, theme.light))
    );
    this.epochs.paint(colours);
    const scene = this.makeScene(this.content, width, height, colours);
    const context = this.prepareCanvas(width, height);
    if (context) {
      draw(context, scene, theme);
    }
    this.reader.painted(scene);
    this.describe(this.content);
  }

  private makeScene(
    content: PlaneContent,
    width: number,
    height: number,
    colours: string[]
  ): Scene {
    const plot: Box = {
      left: MARGIN.left,
      right: Math.max(width - MARGIN.right, MARGIN.left + 1),
      top: MARGIN.top,
      bottom: Math.max(height - MARGIN.bottom, MARGIN.top + 1)
    };
    this.zoom.resize(plot);
    const { xt, ty } = content.limits;
    const { transform } = this.zoom;
    const scene = {
      ...content,
      width,
      height,
      plot,
      colours,
      x: transform.rescaleX(scaleLinear(xt, [plot.left, plot.right])),
      y: transform.rescaleY(scaleLinear(ty, [plot.bottom, plot.top])),
      visible: this.legend.visible,
      upto: this.epochs.upto
    };
    return { ...scene, focus: this.reader.focusIn(scene) };
  }

  /** The canvas at the screen's resolution; null where there is nothing to draw on. */
  private prepareCanvas(width: number, height: number): CanvasRenderingContext2D | null {
    const context = width && height ? this.canvas.getContext('2d') : null;
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (context && (this.canvas.width !== w || this.canvas.height !== h)) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    context?.setTransform(ratio, 0, 0, ratio, 0, 0);
    return context;
  }

  private describe({ recording, coordinates, heading, value }: PlaneContent): void {
    const { dataset } = this.picture;
    this.revision += 1;
    dataset.revision = String(this.revision);
    dataset.value = value;
    const summary = summarise(recording, coordinates, heading, this.epochs.upto);
    this.picture.setAttribute('aria-label', summary);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === '+' || event.key === '-') {
      this.zoom.zoomBy(event.key === '+' ? 1 : -1);
    } else if (event.key === '0') {
      this.zoom.reset();
    } else {
      return;
    }
    event.preventDefault();
  }
}

/** What a reader must know of points that are not in the picture. */
function noteOn({ arriving, coordinates, recording }: PlaneContent): string {
  if (coordinates.xt.length === 0) {
    return strings.plane.noPoints;
  }
  const { epochs, points } = countMissing(coordinates, recording.layers.length);
  return [
    epochs && !arriving ? strings.plane.notEstimated(epochs, recording.epochs.length) : '',
    points ? strings.plane.dropped(points) : ''
  ]
    .filter(Boolean)
    .join(' ');
}
