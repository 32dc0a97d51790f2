import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

/**
 * Attach a widget to an element that is no widget's, once that has a size, and pass sizes on.
 *
 * @returns What ends it.
 */
export function mount(widget: Widget, host: HTMLElement): () => void {
  const observer = new ResizeObserver(() => {
    if (widget.isDisposed || !host.isConnected) {
      return;
    }
    if (widget.isAttached) {
      MessageLoop.postMessage(widget, Widget.ResizeMessage.UnknownSize);
    } else {
      Widget.attach(widget, host);
    }
  });
  observer.observe(host);
  return () => observer.disconnect();
}
