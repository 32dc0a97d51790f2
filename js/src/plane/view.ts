import type { ZoomTransform } from 'd3-zoom';

import { el, isModified, keepKeys, setText } from '../dom';
import { strings } from '../strings';
import type { Choices, PlaneContent } from './content';
import { draw } from './draw';
import { EpochBar } from './epochs';
import type { ExportRequest } from './export';
import { makeScene, plotIn } from './frame';
import { Legend } from './legend';
import { missingByLayer } from './missing';
import type { Point } from './points';
import { PointReader } from './reader';
import { remarksOn } from './remarks';
import { SavePanel } from './saver';
import { Limits, measuredAlike } from './scales';
import type { Scene } from './scene';
import { summarise } from './summary';
import { DataTable } from './table';
import { onThemeChange, readTheme } from './theme';
import { BandSwitch, opener, tool } from './tools';
import { PlotZoom } from './zoom';

export type { PlaneContent } from './content';

/** What a view tells its owner. */
export interface ViewHooks {
  /** Another point is read, by pointer or keys; null when none is any more. */
  read?(point: Point | null): void;
  /** Trajectories are drawn up to another epoch, by its index. */
  upto?(index: number): void;
  /** Other layers are hidden now, by name. */
  layers?(hidden: readonly string[]): void;
  /** The view was zoomed or moved. */
  zoom?(transform: ZoomTransform): void;
}

/** What a key does to the view, by its name; with Shift, arrows move it. */
const ZOOMS: Record<string, number> = { '+': 1, '=': 1, '-': -1 };
const PANS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1]
};

/**
 * The information plane: a canvas with legend, tooltip, zoom, epoch bar, table and export around it.
 *
 * Everything a reader does here is answered here; no host is asked. Changes paint once in the
 * next animation frame, however many there are.
 */
export class PlaneView {
  readonly element: HTMLElement;
  /** Legend and tools; with the epoch bar and the button to save, what an owner may put elsewhere. */
  readonly head: HTMLElement;
  readonly tools: HTMLElement;
  readonly saving: HTMLElement;
  private readonly canvas = el('canvas', { class: 'glow-canvas', testid: 'glow-canvas' });
  readonly picture = keepKeys(
    el('div', {
      class: 'glow-plane',
      testid: 'glow-plane',
      attributes: { role: 'img', tabindex: '0', 'data-revision': '0' }
    })
  );
  private readonly note = el('p', { class: 'glow-note', testid: 'glow-remarks' });
  private readonly legend = new Legend(() => {
    this.refresh();
    this.hooks.layers?.(this.legend.hiddenNames);
  });
  private readonly epochs = new EpochBar(() => {
    this.refresh();
    this.hooks.upto?.(this.epochs.upto);
  });
  private readonly band = new BandSwitch(() => this.refresh());
  private readonly zoom = new PlotZoom(this.picture, () => {
    this.refresh();
    this.hooks.zoom?.(this.zoom.transform);
  });
  private readonly reader = new PointReader(this.picture, () => this.refresh());
  private readonly saver = new SavePanel(() => this.exportRequest());
  private readonly table = new DataTable();
  private readonly release: (() => void)[] = [];
  private content: PlaneContent | null = null;
  private scene: Scene | null = null;
  /** The content whose limits are shown: the latest one, unless the reader has zoomed. */
  private framed: PlaneContent | null = null;
  private frame = 0;
  private revision = 0;
  private focus: Point | null = null;

  constructor(private readonly hooks: ViewHooks = {}) {
    this.picture.setAttribute('aria-description', strings.summary.hint);
    this.picture.append(this.canvas, this.reader.tooltip);
    this.saving = opener('save', strings.plane.save, 'glow-save', this.saver.element);
    this.tools = this.makeTools();
    this.head = el('div', { class: 'glow-view-head' }, this.legend.element, this.tools);
    this.element = el(
      'div',
      { class: 'glow-view' },
      this.head,
      this.saver.element,
      this.picture,
      this.epochs.element,
      this.note,
      this.table.element,
      this.reader.spoken
    );
    this.listen();
  }

  /** Show a plane; what the reader chose (layers, epoch, zoom) stays. */
  show(content: PlaneContent): void {
    this.content = content;
    const { layers } = content.recording;
    this.legend.show(layers);
    this.legend.mark(missingByLayer(content.coordinates, layers));
    this.epochs.show(content.recording.epochs);
    this.table.show(content);
    this.band.element.hidden = !content.coordinates.spread;
    this.refresh();
  }

  /** Read a point, as if the reader had touched it. */
  readAt(point: Point | null): void {
    this.reader.setFocus(point);
  }

  /** Draw trajectories up to an epoch, by its index. */
  showUpto(index: number): void {
    if (index !== this.epochs.upto) {
      this.epochs.goTo(index);
    }
  }

  /** The epoch bar. */
  get epochBar(): HTMLElement {
    return this.epochs.element;
  }

  /** Index of the last epoch that is drawn. */
  get upto(): number {
    return this.epochs.upto;
  }

  /** The names of the layers that are hidden. */
  get hiddenLayers(): readonly string[] {
    return this.legend.hiddenNames;
  }

  /** Hide these layers, by name, and show all others. */
  showLayers(hidden: readonly string[]): void {
    this.legend.hide(hidden);
  }

  /** Bring the same part of the plot into view. */
  zoomTo(transform: ZoomTransform): void {
    this.zoom.moveTo(transform);
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.epochs.dispose();
    this.table.dispose();
    this.release.forEach(release => release());
    this.element.remove();
  }

  /** Paint in the next frame. */
  refresh(): void {
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        if (this.content) {
          this.paint(this.content);
        }
      });
    }
  }

  private makeTools(): HTMLElement {
    const { plane } = strings;
    return el(
      'div',
      { class: 'glow-tools' },
      this.band.element,
      tool('zoomIn', plane.zoomIn, 'glow-zoom-in', () => this.zoom.zoomBy(1)),
      tool('zoomOut', plane.zoomOut, 'glow-zoom-out', () => this.zoom.zoomBy(-1)),
      tool('reset', plane.zoomReset, 'glow-zoom-reset', () => this.zoom.reset()),
      this.saving
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

  private get choices(): Choices {
    return { visible: this.legend.visible, upto: this.epochs.upto, band: this.band.on };
  }

  private paint(content: PlaneContent): void {
    const { clientWidth: width, clientHeight: height } = this.picture;
    const theme = readTheme(this.picture);
    const scene = this.makeScene(content, width, height, theme.light);
    this.epochs.paint(scene.colours);
    const context = this.prepareCanvas(width, height);
    if (context) {
      draw(context, scene, theme);
    }
    this.scene = scene;
    this.reader.painted(scene);
    this.describe(content);
    this.tellFocus(scene.focus);
  }

  private makeScene(content: PlaneContent, width: number, height: number, light: boolean): Scene {
    const plot = plotIn(width, height);
    this.zoom.resize(plot);
    const limits = this.limitsOf(content);
    const scene = makeScene({ ...content, limits }, this.choices, { width, height }, plot, light);
    const { transform } = this.zoom;
    const moved = { ...scene, x: transform.rescaleX(scene.x), y: transform.rescaleY(scene.y) };
    return { ...moved, focus: this.reader.focusIn(moved) };
  }

  /**
   * The limits to show: the content's own until the reader zooms; from then on those zoomed into,
   * so that what comes later does not move the view, until it is reset or measures something else.
   */
  private limitsOf(content: PlaneContent): Limits {
    const { framed, zoom } = this;
    if (framed && zoom.zoomed && !measuredAlike(framed.recording, content.recording)) {
      zoom.reset();
    }
    if (!framed || !zoom.zoomed) {
      this.framed = content;
    }
    return (this.framed ?? content).limits;
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

  private tellFocus(focus: Point | null): void {
    if (focus?.epoch !== this.focus?.epoch || focus?.layer !== this.focus?.layer) {
      this.focus = focus;
      this.hooks.read?.(focus);
    }
  }

  private describe(content: PlaneContent): void {
    const { dataset } = this.picture;
    this.revision += 1;
    dataset.revision = String(this.revision);
    dataset.value = content.value;
    this.picture.setAttribute('aria-label', summarise(content, this.epochs.upto));
    setText(this.note, remarksOn(content, this.choices));
  }

  private exportRequest(): Omit<ExportRequest, 'size'> | null {
    const { content, scene, choices } = this;
    if (!content || !scene) {
      return null;
    }
    const [x, y] = [scene.x.domain(), scene.y.domain()];
    const view: Limits = { xt: [x[0], x[1]], ty: [y[0], y[1]] };
    return { content, choices, view };
  }

  private onKey(event: KeyboardEvent): void {
    const pan = event.shiftKey ? PANS[event.key] : undefined;
    if (isModified(event)) {
      return;
    }
    if (pan) {
      this.zoom.panBy(...pan);
    } else if (ZOOMS[event.key]) {
      this.zoom.zoomBy(ZOOMS[event.key]);
    } else if (event.key === '0') {
      this.zoom.reset();
    } else {
      return;
    }
    event.preventDefault();
  }
}
