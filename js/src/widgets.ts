import { DOMWidgetModel, DOMWidgetView } from '@jupyter-widgets/base';

import { Explorer, Selection } from './explorer';
import { Progress } from './progress';
import { throttle } from './throttle';
import { MODULE_NAME, MODULE_VERSION } from './version';

/** Milliseconds between two selections written to the kernel while a slider moves. */
const SELECTION_INTERVAL = 150;

/** What the models of this package share with their Python classes. */
function defaults(name: string): Record<string, unknown> {
  return {
    _model_module: MODULE_NAME,
    _model_module_version: MODULE_VERSION,
    _model_name: `${name}Model`,
    _view_module: MODULE_NAME,
    _view_module_version: MODULE_VERSION,
    _view_name: `${name}View`
  };
}

export class ProgressModel extends DOMWidgetModel {
  override defaults(): Record<string, unknown> {
    return { ...super.defaults(), ...defaults('Progress'), state: {} };
  }
}

/** Shows `state`; sends `{action}` for Stop, Pause and Resume. */
export class ProgressView extends DOMWidgetView {
  override render(): void {
    super.render();
    const progress = new Progress(action => this.send({ action }));
    const show = (): void => progress.show(this.model.get('state'));
    this.listenTo(this.model, 'change:state', show);
    show();
    this.el.append(progress.element);
  }
}

export class PlaneModel extends DOMWidgetModel {
  override defaults(): Record<string, unknown> {
    return { ...super.defaults(), ...defaults('Plane'), document: {} };
  }
}

/** Shows `document`; asks nothing of the kernel. */
export class PlaneView extends DOMWidgetView {
  protected explorer!: Explorer;

  override render(): void {
    super.render();
    this.explorer = this.makeExplorer();
    const show = (): void => this.explorer.setDocument(this.model.get('document'));
    this.listenTo(this.model, 'change:document', show);
    show();
    this.el.append(this.explorer.element);
  }

  override remove(): this {
    this.explorer?.dispose();
    return super.remove();
  }

  protected makeExplorer(): Explorer {
    return new Explorer();
  }
}

export class ExplorerModel extends PlaneModel {
  override defaults(): Record<string, unknown> {
    const own = { catalogue: {}, selection: {}, busy: '', exact: true };
    return { ...super.defaults(), ...defaults('Explorer'), ...own };
  }
}

/** A plane that writes `selection` and asks the kernel for values that are not kept. */
export class ExplorerView extends PlaneView {
  override render(): void {
    super.render();
    this.follow('exact', value => this.explorer.setExact(Boolean(value)));
    this.follow('catalogue', value => this.explorer.setCatalogue(value));
    this.follow('busy', value => this.explorer.setBusy(String(value ?? '')));
    this.follow('selection', value => {
      if (isSelection(value)) {
        this.explorer.select(value);
      }
    });
    this.listenTo(this.model, 'msg:custom', message => this.onMessage(message));
  }

  protected override makeExplorer(): Explorer {
    const write = throttle((selection: Selection) => {
      this.model.set('selection', selection);
      this.touch();
    }, SELECTION_INTERVAL);
    return new Explorer({
      onSelect: write,
      requestExact: request => this.send({ action: 'estimate', ...request }),
      cancelExact: () => this.send({ action: 'cancel' })
    });
  }

  /** Show a trait now and whenever it changes, unless this very view wrote it. */
  private follow(trait: string, show: (value: unknown) => void): void {
    this.listenTo(this.model, `change:${trait}`, () => show(this.model.get(trait)));
    show(this.model.get(trait));
  }

  private onMessage(message: { action?: unknown; serial?: unknown; message?: unknown }): void {
    if (message.action === 'plane') {
      this.explorer.setPlane(message);
    } else if (message.action === 'failed') {
      this.explorer.setFailure(message.serial, String(message.message ?? ''));
    }
  }
}

function isSelection(value: unknown): value is Selection {
  const { recording, estimator, settings } = (value ?? {}) as Partial<Selection>;
  return (
    typeof recording === 'string' &&
    typeof estimator === 'string' &&
    typeof settings === 'object' &&
    settings !== null
  );
}
