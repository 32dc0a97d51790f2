import { el, setText } from './dom';
import { strings } from './strings';

/** A labelled bar with its count. */
export class Bar {
  readonly element: HTMLElement;
  private readonly fill = el('div', { class: 'glow-bar-fill' });
  private readonly bar: HTMLElement;
  private readonly count = el('span', { class: 'glow-bar-count' });

  constructor(name: string) {
    this.bar = el(
      'div',
      {
        class: 'glow-bar',
        attributes: { role: 'progressbar', 'aria-label': name, 'aria-valuemin': '0' }
      },
      this.fill
    );
    const label = el('span', { class: 'glow-bar-name', text: name });
    this.element = el('div', { class: 'glow-bar-row' }, label, this.bar, this.count);
  }

  show(done: number, total: number | null): void {
    const text = strings.progress.of(done, total);
    setText(this.count, text);
    this.bar.setAttribute('aria-valuetext', text);
    if (total === null) {
      // Without a value the bar is, by ARIA's rule, of unknown length.
      this.bar.removeAttribute('aria-valuenow');
      this.bar.removeAttribute('aria-valuemax');
      this.fill.style.width = '0';
      return;
    }
    this.bar.setAttribute('aria-valuenow', String(Math.min(done, total)));
    this.bar.setAttribute('aria-valuemax', String(total));
    this.fill.style.width = `${total ? Math.min(100, (100 * done) / total) : 0}%`;
  }
}
