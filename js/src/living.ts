import type { DOMWidgetModel } from '@jupyter-widgets/base';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';

import {
  DistantPlane,
  DistantTraining,
  type DistantView,
  DistantWidget,
  hosts,
  replaceOutput
} from './distant';
import { el } from './dom';
import { strings } from './strings';

/** What a live display leaves in a notebook: the id of the widget that it shows. */
export const LIVE_MIME = 'application/vnd.glow.live+json';

/** Milliseconds after which a widget that has not come is missed. */
const PATIENCE = 3000;

/** The widget models of this page by id, so that outputs find them. */
class Living {
  readonly arrived = new Signal<this, string>(this);
  private readonly models = new Map<string, DOMWidgetModel>();

  join(model: DOMWidgetModel): void {
    const id = model.model_id;
    this.models.set(id, model);
    model.on('destroy', () => this.models.delete(id));
    this.arrived.emit(id);
  }

  get(id: string): DOMWidgetModel | null {
    return this.models.get(id) ?? null;
  }
}

export const living = new Living();

/**
 * Shows a widget where a notebook displayed it.
 *
 * A page loaded anew during a training does not get its widgets back from a busy kernel. Then this
 * shows what the widget publishes, or says that nothing is heard of it; and it shows the widget
 * itself should it come after all.
 */
export class LiveOutput extends Panel implements IRenderMime.IRenderer {
  private shown = '';
  private what: keyof typeof strings.progress.disconnected = 'training';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private output: IRenderMime.IMimeModel | null = null;
  private distant: DistantWidget | null = null;
  private view: DistantView | null = null;

  constructor() {
    super();
    this.addClass('glow-live');
    living.arrived.connect(this.onArrived, this);
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const data = model.data[LIVE_MIME] as { model_id?: unknown; what?: unknown } | null;
    const id = String(data?.model_id ?? '');
    this.output = model;
    this.what = data?.what === 'plane' ? 'plane' : 'training';
    if (id !== this.shown) {
      this.shown = id;
      this.clear();
      this.timer = setTimeout(() => this.miss(), PATIENCE);
      return this.attach();
    }
    return Promise.resolve();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.clear();
      Signal.clearData(this);
      super.dispose();
    }
  }

  private onArrived(_: Living, id: string): void {
    if (id === this.shown) {
      void this.attach();
    }
  }

  private async attach(): Promise<void> {
    const model = living.get(this.shown);
    if (!model) {
      return;
    }
    const view = await model.widget_manager.create_view(model);
    if (!this.isDisposed) {
      this.clear();
      this.addWidget(view.luminoWidget);
    }
  }

  /** The widget has not come: say so, and listen for it. */
  private miss(): void {
    if (!this.widgets.length) {
      const text = strings.progress.disconnected[this.what];
      const notice = el('p', { class: 'glow glow-problem', testid: 'glow-disconnected', text });
      this.addWidget(new Widget({ node: notice }));
    }
    const session = hosts.around(this.node);
    const kernel = session?.session?.kernel;
    if (session && kernel) {
      this.listen(new DistantWidget(this.shown, kernel, session));
    } else {
      // Not on the page, or its kernel not connected yet.
      this.timer = setTimeout(() => this.miss(), PATIENCE);
    }
  }

  private listen(distant: DistantWidget): void {
    this.distant = distant;
    distant.updated.connect((_, traits) => {
      this.view ??= this.makeView(distant);
      this.view.show(traits);
    });
    distant.replaced.connect((_, data) => replaceOutput(this, this.output, data));
    // An idle kernel has already handed over all the widgets that it has.
    if (distant.kernel.status !== 'idle') {
      distant.ask();
    }
  }

  private makeView(distant: DistantWidget): DistantView {
    const view = this.what === 'plane' ? new DistantPlane(distant) : new DistantTraining(distant);
    [...this.widgets].forEach(widget => widget.dispose());
    this.addWidget(new Widget({ node: el('div', {}, view.element) }));
    return view;
  }

  private clear(): void {
    clearTimeout(this.timer);
    this.distant?.dispose();
    this.view?.dispose();
    this.distant = this.view = null;
    [...this.widgets].forEach(widget => widget.dispose());
  }
}

export const liveExtension: IRenderMime.IExtension = {
  id: 'glow-widgets:live-output',
  description: 'Shows the widgets of PyGlow in notebooks, or says that they are gone.',
  dataType: 'json',
  rendererFactory: {
    safe: true,
    mimeTypes: [LIVE_MIME],
    // Before ipywidgets' own, which says no more than “Loading widget...”.
    defaultRank: -10,
    createRenderer: () => new LiveOutput()
  }
};
