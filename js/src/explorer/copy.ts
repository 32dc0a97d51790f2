import { el, setText } from '../dom';
import { strings } from '../strings';

const SAID_MS = 2500;

/**
 * Copies a line of Python; where the browser does not allow that, the line is shown to be copied by
 * hand.
 */
export class CopyButton {
  readonly element: HTMLElement;
  private readonly button = el('button', {
    class: 'glow-button',
    testid: 'glow-copy',
    text: strings.explorer.copy,
    attributes: { type: 'button', title: strings.explorer.copyHint },
    on: { click: () => void this.copy() }
  });
  private readonly line = el('input', {
    class: 'glow-line-of-code',
    testid: 'glow-code',
    attributes: { type: 'text', readonly: '', 'aria-label': strings.explorer.copyHint }
  });
  private readonly said = el('span', {
    class: 'glow-spoken',
    attributes: { role: 'status' }
  });

  /** @param text Gives the line when it is asked for. */
  constructor(private readonly text: () => string) {
    this.line.hidden = true;
    this.element = el('span', { class: 'glow-copy' }, this.button, this.line, this.said);
  }

  private async copy(): Promise<void> {
    const text = this.text();
    this.element.dataset.code = text;
    try {
      await navigator.clipboard.writeText(text);
      this.say(strings.explorer.copied);
    } catch {
      this.line.value = text;
      this.line.hidden = false;
      this.line.focus();
      this.line.select();
    }
  }

  private say(text: string): void {
    setText(this.button, text);
    setText(this.said, text);
    setTimeout(() => {
      setText(this.button, strings.explorer.copy);
      setText(this.said, '');
    }, SAID_MS);
  }
}
