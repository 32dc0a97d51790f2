import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject, PartialJSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

import { Subshell } from './subshell';

/**
 * A widget of a kernel that is too busy to hand its model to this page.
 *
 * Whatever it publishes reaches the page all the same, and every update holds all there is to show.
 * What is sent to it goes over a subshell.
 */
export class DistantWidget {
  /** It published some of its traits. */
  readonly updated = new Signal<this, JSONObject>(this);
  /** It sent a message of its own. */
  readonly told = new Signal<this, JSONObject>(this);
  /** What the kernel put in its place, as MIME bundle. */
  readonly replaced = new Signal<this, PartialJSONObject>(this);
  /** Nothing more will come. */
  readonly ended = new Signal<this, void>(this);
  private readonly subshell: Subshell;

  /**
   * @param id The model's, which is that of its comm and of its output.
   * @param kernel The kernel it lives in.
   * @param session Through which that kernel is heard.
   */
  constructor(
    readonly id: string,
    readonly kernel: Kernel.IKernelConnection,
    session: ISessionContext
  ) {
    this.subshell = new Subshell(kernel);
    session.iopubMessage.connect(this.take, this);
    session.kernelChanged.connect(this.end, this);
    session.statusChanged.connect(this.onStatus, this);
  }

  /** Ask for its traits: a paused training publishes nothing by itself. */
  ask(): void {
    void this.subshell.send(this.id, { method: 'request_state' });
  }

  send(content: JSONObject): void {
    void this.subshell.send(this.id, { method: 'custom', content });
  }

  dispose(): void {
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
    void this.subshell.close();
  }

  private take(_: ISessionContext, message: KernelMessage.IMessage): void {
    const { comm_id, data, transient } = message.content as {
      comm_id?: string;
      data?: JSONObject;
      transient?: JSONObject;
    };
    const type = message.header.msg_type;
    if (type === 'update_display_data' && transient?.display_id === this.id) {
      this.replaced.emit(data ?? {});
    } else if (comm_id === this.id && type === 'comm_close') {
      this.end();
    } else if (comm_id === this.id && data?.method === 'update') {
      this.updated.emit((data.state ?? {}) as JSONObject);
    } else if (comm_id === this.id && data?.method === 'custom') {
      this.told.emit((data.content ?? {}) as JSONObject);
    }
  }

  private onStatus(_: ISessionContext, status: Kernel.Status): void {
    if (['restarting', 'autorestarting', 'dead', 'terminating'].includes(status)) {
      this.end();
    }
  }

  private end(): void {
    this.ended.emit();
  }
}
