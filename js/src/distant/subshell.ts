import { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';

/**
 * Speaks to a kernel while a cell is running.
 *
 * JupyterLab's own channels do too, but only once the kernel has answered on its main thread, and a
 * page that was loaded anew waits for that until the cell ends. Making a subshell goes over the
 * control channel, which is always answered. Kernels without subshells never hear anything.
 */
export class Subshell {
  private id: Promise<string> | null = null;

  constructor(private readonly kernel: Kernel.IKernelConnection) {}

  /** Send a message on a comm that is open in the kernel, whether or not this page knows it. */
  async send(comm: string, data: JSONObject): Promise<void> {
    const subshellId = await (this.id ??= this.make());
    if (this.kernel.isDisposed) {
      return;
    }
    const message = KernelMessage.createMessage<KernelMessage.ICommMsgMsg<'shell'>>({
      ...this.sender,
      msgType: 'comm_msg',
      channel: 'shell',
      subshellId,
      content: { comm_id: comm, data }
    });
    this.kernel.sendShellMessage(message, false, true);
  }

  /** Let the kernel end the thread. */
  async close(): Promise<void> {
    const id = await this.id;
    if (!id || this.kernel.isDisposed) {
      return;
    }
    const message = KernelMessage.createMessage<KernelMessage.IDeleteSubshellRequestMsg>({
      ...this.sender,
      msgType: 'delete_subshell_request',
      channel: 'control',
      content: { subshell_id: id }
    });
    this.kernel.sendControlMessage(message, false, true);
  }

  private async make(): Promise<string> {
    const message = KernelMessage.createMessage<KernelMessage.ICreateSubshellRequestMsg>({
      ...this.sender,
      msgType: 'create_subshell_request',
      channel: 'control',
      content: {}
    });
    const reply = await this.kernel.sendControlMessage(message, true, true).done;
    const { subshell_id: id } = (reply?.content ?? {}) as { subshell_id?: string };
    // A kernel that refuses would take a message without a subshell for its main thread.
    return id ?? new Promise<never>(() => undefined);
  }

  private get sender(): { session: string; username: string } {
    return { session: this.kernel.clientId, username: this.kernel.username };
  }
}
