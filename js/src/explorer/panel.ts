import { el, setText } from '../dom';

/** A box with a caption, something drawn in it, and a sentence that says what is seen. */
export class Panel {
  readonly element: HTMLElement;
  readonly body = el('div', { class: 'glow-panel-body' });
  private readonly remark = el('p', { class: 'glow-note' });
  private readonly caption: HTMLElement;

  constructor(caption: string, testid: string, ...tools: Node[]) {
    this.caption = el('h3', { text: caption });
    const head = el('div', { class: 'glow-panel-head' }, this.caption, ...tools);
    this.element = el('section', { class: 'glow-box', testid }, head, this.body, this.remark);
    // Until there is something to show.
    this.element.hidden = true;
  }

  /** Say what is seen. */
  say(text: string): void {
    setText(this.remark, text);
  }

  rename(caption: string): void {
    setText(this.caption, caption);
  }
}

/** Calls `draw` with the width there is, now and whenever it changes; returns what ends that. */
export function whenSized(element: HTMLElement, draw: (width: number) => void): () => void {
  const observer = new ResizeObserver(() => draw(element.clientWidth));
  observer.observe(element);
  return () => observer.disconnect();
}
