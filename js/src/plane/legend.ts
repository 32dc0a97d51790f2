import { el } from '../dom';
import { strings } from '../strings';
import { drawing } from './icons';
import { traceMarker } from './markers';
import { PathData } from './svg';

/** One button a layer: click shows or hides it, a double click isolates it. */
export class Legend {
  readonly element = el('div', {
    class: 'glow-legend',
    attributes: { role: 'group', 'aria-label': strings.plane.legend }
  });
  private layers: readonly string[] = [];
  private readonly hidden = new Set<string>();

  /** @param changed Called after a layer was shown or hidden. */
  constructor(private readonly changed: () => void) {}

  /** Show these layers; those hidden before by name stay hidden. */
  show(layers: readonly string[]): void {
    if (layers.join('\n') === this.layers.join('\n')) {
      return;
    }
    this.layers = layers;
    this.element.replaceChildren(...layers.map((name, i) => this.button(name, i)));
    this.refresh();
  }

  /** Which of the layers are to be drawn. */
  get visible(): boolean[] {
    return this.layers.map(name => !this.hidden.has(name));
  }

  /** Mark the layers that lack points, with what is to be said of them; empty texts mark nothing. */
  mark(remarks: readonly string[]): void {
    remarks.forEach((remark, i) => {
      const button = this.element.children[i] as HTMLElement;
      const hint = strings.plane.legendHint(this.layers[i]);
      button.classList.toggle('glow-lacking', remark !== '');
      button.title = [remark, hint].filter(Boolean).join('\n');
      button.setAttribute('aria-description', remark);
    });
  }

  /** The names of the layers that are hidden. */
  get hiddenNames(): readonly string[] {
    return [...this.hidden];
  }

  /** Hide these layers, by name, and show all others. */
  hide(names: readonly string[]): void {
    this.hidden.clear();
    names.forEach(name => this.hidden.add(name));
    this.refresh();
    this.changed();
  }

  toggle(layer: number): void {
    const name = this.layers[layer];
    if (!this.hidden.delete(name)) {
      this.hidden.add(name);
    }
    this.refresh();
    this.changed();
  }

  /** Show one layer alone; if it is alone already, show all again. */
  isolate(layer: number): void {
    const alone = this.visible.every((shown, i) => shown === (i === layer));
    this.hidden.clear();
    this.layers.forEach((name, i) => {
      if (!alone && i !== layer) {
        this.hidden.add(name);
      }
    });
    this.refresh();
    this.changed();
  }

  private refresh(): void {
    this.visible.forEach((shown, i) =>
      this.element.children[i].setAttribute('aria-pressed', String(shown))
    );
  }

  private button(name: string, layer: number): HTMLButtonElement {
    const button = el(
      'button',
      {
        class: 'glow-legend-item',
        testid: `glow-legend-${layer}`,
        attributes: { type: 'button', title: strings.plane.legendHint(name) },
        on: {
          click: event => this.onClick(event as MouseEvent, layer),
          dblclick: () => this.isolate(layer)
        }
      },
      marker(layer)
    );
    button.append(el('span', { text: name }));
    return button;
  }

  private onClick(event: MouseEvent, layer: number): void {
    // Shift with Enter arrives as a click with the shift key: the keyboard's double click.
    if (event.shiftKey) {
      this.isolate(layer);
    } else {
      this.toggle(layer);
    }
  }
}

function marker(layer: number): SVGElement {
  const data = new PathData();
  traceMarker(data, layer, 4.6, 0, 0);
  return drawing(String(data), '-8 -8 16 16');
}
