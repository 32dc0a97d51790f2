import { el, setText } from '../dom';
import { strings } from '../strings';

/** A box with a caption, something drawn in it, and a sentence that says what is seen. */
export class Panel {
  readonly element: HTMLElement;
  readonly body = el('div', { class: 'glow-panel-body' });
  private readonly remark = el('p', { class: 'glow-note' });
  private readonly caption: HTMLElement;
  private recording = '';

  constructor(
    private name: string,
    testid: string,
    ...tools: Node[]
  ) {
    this.caption = el('h3', { text: name });
    const head = el('div', { class: 'glow-panel-head' }, this.caption, ...tools);
    this.element = el('section', { class: 'glow-box', testid }, head, this.body, this.remark);
    // Until there is something to show.
    this.element.hidden = true;
  }

  /** Say what is seen. */
  say(text: string): void {
    setText(this.remark, text);
  }

  rename(name: string): void {
    this.name = name;
    this.entitle();
  }

  /** Say for which recording this is, where several are shown; empty where one is. */
  belong(recording: string): void {
    this.recording = recording;
    this.entitle();
  }

  private entitle(): void {
    const { name, recording } = this;
    setText(this.caption, recording ? strings.explorer.ofRecording(name, recording) : name);
  }
}

/** Calls `draw` with the width there is, now and whenever it changes; returns what ends that. */
export function whenSized(element: HTMLElement, draw: (width: number) => void): () => void {
  const observer = new ResizeObserver(() => draw(element.clientWidth));
  observer.observe(element);
  return () => observer.disconnect();
}
