import { el, uniqueId } from '../dom';

/** A labelled drop-down, out of sight while there is nothing to choose. */
export class Choice {
  readonly element: HTMLElement;
  private readonly select: HTMLSelectElement;
  private options = '';

  constructor(label: string, testid: string, chosen: (index: number) => void) {
    this.select = el('select', {
      testid,
      attributes: { id: uniqueId() },
      on: { change: () => chosen(this.select.selectedIndex) }
    });
    const caption = el('label', { text: label });
    caption.htmlFor = this.select.id;
    this.element = el('div', { class: 'glow-choice' }, caption, this.select);
  }

  /**
   * @param unfit For each option why it cannot be chosen; empty where it can.
   */
  show(options: readonly string[], chosen: number, unfit: readonly string[] = []): void {
    const key = JSON.stringify([options, unfit]);
    if (key !== this.options) {
      this.options = key;
      this.select.replaceChildren(...options.map((text, i) => option(text, unfit[i] ?? '')));
    }
    this.select.selectedIndex = chosen;
    this.element.hidden = options.length < 2;
  }
}

function option(text: string, unfit: string): HTMLOptionElement {
  const element = el('option', { text });
  element.disabled = unfit !== '';
  element.title = unfit;
  return element;
}
