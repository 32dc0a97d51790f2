import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { ISessionContext } from '@jupyterlab/apputils';
import { DocumentWidget } from '@jupyterlab/docregistry';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import { Run, runs } from '../runs';
import { IFront } from '../tokens';
import { MODULE_NAME } from '../version';
import { PlanePanel } from '../viewer';

/** Follows the shell: which notebook, console or saved plane is in front. */
export class Front implements IFront {
  readonly changed = new Signal<this, void>(this);
  private session: ISessionContext | null = null;

  constructor(private readonly shell: JupyterFrontEnd.IShell) {
    shell.currentChanged?.connect(() => this.follow());
    runs.changed.connect(() => this.changed.emit());
    this.follow();
  }

  get name(): string {
    return this.session?.name ?? '';
  }

  get runs(): Run[] {
    return runs.of(this.kernel);
  }

  get plane(): unknown {
    return this.viewer ? this.viewer.source : runs.latestPlane(this.kernel);
  }

  get element(): HTMLElement | null {
    return this.shell.currentWidget?.node ?? null;
  }

  /** The kernel's id: null where nothing in front has a session, empty where it has no kernel. */
  private get kernel(): string | null {
    return this.session && (this.session.session?.kernel?.id ?? '');
  }

  private get viewer(): PlanePanel | null {
    const widget = this.shell.currentWidget;
    return widget instanceof DocumentWidget && widget.content instanceof PlanePanel
      ? widget.content
      : null;
  }

  private follow(): void {
    this.session?.kernelChanged.disconnect(this.tell, this);
    this.session = sessionOf(this.shell.currentWidget);
    this.session?.kernelChanged.connect(this.tell, this);
    this.tell();
  }

  private tell(): void {
    this.changed.emit();
  }
}

/** Notebooks and consoles have one. */
function sessionOf(widget: Widget | null): ISessionContext | null {
  return (widget as { sessionContext?: ISessionContext } | null)?.sessionContext ?? null;
}

export const front: JupyterFrontEndPlugin<IFront> = {
  id: `${MODULE_NAME}:front`,
  description: 'Knows which trainings and planes are in front of the reader.',
  autoStart: true,
  provides: IFront,
  activate: (app: JupyterFrontEnd) => new Front(app.shell)
};
