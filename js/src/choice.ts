import { el, uniqueId } from './dom';

/** A labelled drop-down, out of sight while there is nothing to choose. */
export class Choice {
  readonly element: HTMLElement;
  private readonly select: HTMLSelectElement;
  private options: readonly string[] = [];

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

  show(options: readonly string[], chosen: number): void {
    if (options.join('\n') !== this.options.join('\n')) {
      this.options = options;
      this.select.replaceChildren(...options.map(text => el('option', { text })));
    }
    this.select.selectedIndex = chosen;
    this.element.hidden = options.length < 2;
  }
}
