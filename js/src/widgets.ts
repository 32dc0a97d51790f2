import { DOMWidgetModel, DOMWidgetView, unpack_models, WidgetModel } from '@jupyter-widgets/base';

import { Announcer } from './announcer';
import { el } from './dom';
import { Explorer, type Selection } from './explorer';
import { Hearing } from './hearing';
import { pageWords } from './lab/words';
import { living } from './living';
import { mismatch } from './mismatch';
import { mount } from './mount';
import { preferences } from './preferences';
import { Progress } from './progress';
import { type Action, readProgress } from './progress-state';
import { runs } from './runs';
import { strings } from './strings';
import { throttle } from './throttle';
import { MODULE_NAME, MODULE_VERSION } from './version';

/** Milliseconds between two selections written to the kernel while a slider moves. */
const SELECTION_INTERVAL = 150;

/** What the models of this package share with their Python classes. */
function defaults(name: string): Record<string, unknown> {
  return {
    _model_module: MODULE_NAME,
    // Any: a version that differs is said in words, by the view.
    _model_module_version: '*',
    _model_name: `${name}Model`,
    _view_module: MODULE_NAME,
    _view_module_version: '*',
    _view_name: `${name}View`,
    version: MODULE_VERSION
  };
}

/** What a model needs of its kernel's connection. */
interface Connection {
  id: string;
  interrupt(): Promise<void>;
}

/** A model whose kernel is known, and that says when it is cut off from it. */
class GlowModel extends DOMWidgetModel {
  /** The id of the kernel; empty for a model read from a saved notebook. */
  get kernel(): string {
    return (this.comm && this.connection?.id) ?? '';
  }

  /** How the kernel is reached beside the widget's own channel, where the host tells. */
  protected get connection(): Connection | null {
    return (this.widget_manager as { kernel?: Connection | null }).kernel ?? null;
  }

  override initialize(
    attributes: Record<string, unknown>,
    options: Parameters<DOMWidgetModel['initialize']>[1]
  ): void {
    super.initialize(attributes, options);
    living.join(this);
  }

  /** Call `lost` once nothing more can come, after what came last was taken in. */
  protected onLost(lost: () => void): void {
    const afterwards = (): void => void this.state_change.then(lost);
    this.on('destroy', afterwards);
    this.on('comm_live_update', () => this.comm_live || afterwards());
  }
}

/** Shows a model of this package; above it, if need be, that the two halves differ. */
class GlowView extends DOMWidgetView {
  override render(): void {
    super.render();
    const difference = mismatch(this.model.get('version'));
    if (difference) {
      this.el.append(difference);
    }
  }

  /** Show a trait now and whenever it changes. */
  protected follow(trait: string, show: (value: unknown) => void): void {
    this.listenTo(this.model, `change:${trait}`, () => show(this.model.get(trait)));
    show(this.model.get(trait));
  }

  /** The same for what changes all the time: no more often than the reader prefers. */
  protected followLive(trait: string, show: (value: unknown) => void): void {
    this.follow(
      trait,
      throttle(show, () => 1000 / preferences().refreshRate)
    );
  }
}

/** Joins the runs of the page, tells of its own aloud, knows how far a click gets. */
export class ProgressModel extends GlowModel {
  static override serializers = {
    ...GlowModel.serializers,
    curves: { deserialize: unpack_models }
  };
  // Backbone calls initialize before fields are set.
  declare hearing: Hearing;

  override defaults(): Record<string, unknown> {
    return { ...super.defaults(), ...defaults('Progress'), state: {}, curves: null };
  }

  /** Tell the kernel what the reader wants, by an interrupt if it hears nothing else. */
  ask(action: Action): void {
    if (action === 'stop' && this.hearing.reach === 'interrupt') {
      void this.connection?.interrupt();
    } else {
      this.send({ action }, {});
    }
  }

  override initialize(
    attributes: Record<string, unknown>,
    options: Parameters<DOMWidgetModel['initialize']>[1]
  ): void {
    this.hearing = new Hearing(
      () => this.send({ action: 'hello' }, {}),
      () => this.connection !== null,
      () => this.trigger('reach')
    );
    super.initialize(attributes, options);
    const { kernel, model_id: id } = this;
    if (this.comm) {
      this.announce();
    }
    if (!kernel) {
      return;
    }
    this.listen();
    runs.join({ id, kernel, send: action => this.ask(action) }, this.get('state'));
    this.on('change:state', () => runs.update(id, this.get('state')));
    this.onLost(() => runs.leave(id, pageWords().__(strings.lab.kernelLost)));
  }

  private announce(): void {
    const announcer = new Announcer();
    const tell = (): void => announcer.tell(readProgress(this.get('state')));
    this.on('change:state', tell);
    tell();
  }

  private listen(): void {
    this.hearing.start();
    this.on('msg:custom', ({ action }: { action?: unknown }) => {
      if (action === 'hello') {
        this.hearing.heard();
      }
    });
    this.onLost(() => this.hearing.stop());
  }
}

/** Shows `state` and, once there are some, `curves`; sends `{action}` for every button. */
export class ProgressView extends GlowView {
  declare model: ProgressModel;
  private unmount = (): void => undefined;

  override render(): void {
    super.render();
    const chart = el('div');
    const progress = new Progress(action => this.model.ask(action), chart);
    const hear = (): void => progress.reach(this.model.hearing.reach);
    this.listenTo(this.model, 'reach', hear);
    hear();
    this.followLive('state', state => progress.show(state));
    this.follow('curves', curves => void this.showCurves(curves, chart));
    this.el.append(progress.element);
  }

  override remove(): this {
    this.unmount();
    return super.remove();
  }

  private async showCurves(curves: unknown, chart: HTMLElement): Promise<void> {
    if (curves instanceof WidgetModel) {
      const view = (await this.create_child_view(curves)) as DOMWidgetView;
      this.unmount();
      this.unmount = mount(view.luminoWidget, chart);
    }
  }
}

/** Tells the page what it shows, and which run it follows. */
export class PlaneModel extends GlowModel {
  override defaults(): Record<string, unknown> {
    return { ...super.defaults(), ...defaults('Plane'), document: {}, run: '' };
  }

  override initialize(
    attributes: Record<string, unknown>,
    options: Parameters<DOMWidgetModel['initialize']>[1]
  ): void {
    super.initialize(attributes, options);
    const { kernel, model_id: id } = this;
    if (!kernel) {
      return;
    }
    const tell = (): void => {
      const [run, document] = [String(this.get('run') ?? ''), this.get('document')];
      runs.showPlane(id, { kernel, run, document });
    };
    this.on('change:document', tell);
    this.onLost(() => runs.hidePlane(id));
    tell();
  }
}

/** Shows `document`; asks nothing of the kernel. */
export class PlaneView extends GlowView {
  protected explorer!: Explorer;

  override render(): void {
    super.render();
    this.explorer = this.makeExplorer();
    this.followDocument(document => this.explorer.setDocument(document));
    this.el.append(this.explorer.element);
  }

  override remove(): this {
    this.explorer?.dispose();
    return super.remove();
  }

  protected makeExplorer(): Explorer {
    return new Explorer();
  }

  protected followDocument(show: (document: unknown) => void): void {
    this.followLive('document', show);
  }
}

export class ExplorerModel extends PlaneModel {
  override defaults(): Record<string, unknown> {
    const own = { catalogue: {}, selection: {}, busy: '', exact: true };
    return { ...super.defaults(), ...defaults('Explorer'), ...own };
  }
}

/** A plane that writes `selection` and asks the kernel for what the document does not hold. */
export class ExplorerView extends PlaneView {
  override render(): void {
    super.render();
    this.follow('exact', value => this.explorer.setExact(Boolean(value)));
    this.follow('catalogue', value => this.explorer.setCatalogue(value));
    this.follow('busy', value => this.explorer.setBusy(String(value ?? '')));
    this.follow('selection', value => this.explorer.select(value));
    this.listenTo(this.model, 'msg:custom', message => this.explorer.take(message));
  }

  protected override makeExplorer(): Explorer {
    const write = throttle((selection: Selection) => {
      this.model.set('selection', selection);
      this.touch();
    }, SELECTION_INTERVAL);
    return new Explorer({ onSelect: write, ask: message => this.send(message) });
  }

  /** At once: other traits refer to what the document holds. */
  protected override followDocument(show: (document: unknown) => void): void {
    this.follow('document', show);
  }
}
