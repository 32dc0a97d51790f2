import type { DOMWidgetModel } from '@jupyter-widgets/base';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';

import { el } from '../dom';
import { living } from '../living';
import { runs } from '../runs';
import { strings } from '../strings';
import { Explorer } from './explorer';

export const MIME_TYPE = 'application/vnd.glow.plane+json';

/**
 * Draws a plane kept in a notebook's output, sliders included, with no kernel; while the page is in
 * touch with the widget that the output belongs to, it shows that in its place.
 */
export class PlaneOutput extends Panel implements IRenderMime.IRenderer {
  private data: unknown = {};
  private explorer: Explorer | null = null;
  private shown: DOMWidgetModel | null = null;

  constructor() {
    super();
    this.addClass('glow-output');
    living.arrived.connect(this.settle, this);
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.data = model.data[MIME_TYPE];
    const { live, ...document } = (this.data ?? {}) as { live?: unknown; explorer?: unknown };
    // A training's plane has none: it is saved as it is shown.
    if (typeof live === 'string' && document.explorer) {
      runs.keepPlane(live, document);
    }
    this.settle();
    return Promise.resolve();
  }

  override dispose(): void {
    Signal.clearData(this);
    this.shown?.off(undefined, undefined, this);
    this.explorer?.dispose();
    super.dispose();
  }

  private settle(): void {
    const model = living.get(liveId(this.data));
    if (model?.comm_live) {
      void this.showLive(model);
    } else {
      this.showKept();
    }
  }

  private async showLive(model: DOMWidgetModel): Promise<void> {
    if (model === this.shown) {
      return;
    }
    this.shown = model;
    model.on('destroy', () => this.showKept(), this);
    model.on('comm_live_update', () => model.comm_live || this.showKept(), this);
    const view = await model.widget_manager.create_view(model);
    // The kernel may be gone again.
    if (this.shown === model && !this.isDisposed) {
      this.replaceBy(view.luminoWidget);
    } else {
      view.remove();
    }
  }

  private showKept(): void {
    if (this.isDisposed) {
      return;
    }
    this.shown?.off(undefined, undefined, this);
    this.shown = null;
    if (!this.explorer) {
      const explorer = new Explorer();
      this.replaceBy(new Widget({ node: el('div', {}, explorer.element) }));
      this.explorer = explorer;
    }
    if (isBare(this.data)) {
      this.explorer.setMessage(strings.explorer.nothingKept);
    } else {
      this.explorer.setDocument(this.data);
    }
  }

  private replaceBy(widget: Widget): void {
    this.explorer?.dispose();
    this.explorer = null;
    [...this.widgets].forEach(old => old.dispose());
    this.addWidget(widget);
  }
}

/** The id of the widget that an output belongs to; empty where there is none. */
function liveId(data: unknown): string {
  const { live } = (data ?? {}) as { live?: unknown };
  return typeof live === 'string' ? live : '';
}

/** Whether an output was saved before there was any plane. */
function isBare(data: unknown): boolean {
  return liveId(data) !== '' && !('format' in (data as object));
}
