import type { ISessionContext } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';

/** The notebooks of this page: outputs, which are told nothing of them, find theirs. */
class Hosts {
  private readonly sessions = new Map<Widget, ISessionContext>();

  join(panel: Widget, session: ISessionContext): void {
    this.sessions.set(panel, session);
    panel.disposed.connect(() => this.sessions.delete(panel));
  }

  /** What the notebook around an element talks to its kernel through; null if there is none. */
  around(node: Node): ISessionContext | null {
    const panels = [...this.sessions.keys()];
    const panel = panels.find(candidate => candidate.node.contains(node));
    return (panel && this.sessions.get(panel)) ?? null;
  }
}

export const hosts = new Hosts();
