import { el, setText } from '../dom';
import { strings } from '../strings';

/** Says what is computed and what a reader must know of what is drawn; it can be cancelled. */
export class WorkLine {
  readonly element: HTMLElement;
  private readonly status = el('p', { class: 'glow-status-line', attributes: { role: 'status' } });
  private readonly cancel: HTMLButtonElement;

  constructor(cancelled: () => void) {
    this.cancel = el('button', {
      class: 'glow-button',
      testid: 'glow-cancel',
      text: strings.explorer.cancel,
      attributes: { type: 'button', title: strings.explorer.cancelHint },
      on: { click: cancelled }
    });
    this.element = el('div', { class: 'glow-work' }, this.status, this.cancel);
  }

  show(text: string, cancellable: boolean): void {
    setText(this.status, text);
    this.cancel.hidden = !cancellable;
  }
}
