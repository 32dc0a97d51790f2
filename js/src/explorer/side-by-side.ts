import { el, setText } from '../dom';
import type { PlaneContent } from '../plane/content';
import type { Point } from '../plane/points';
import { PlaneView } from '../plane/view';

interface Neighbour {
  element: HTMLElement;
  name: HTMLElement;
  view: PlaneView;
  content: PlaneContent | null;
}

/**
 * The plane of the selected recording, and those of others beside it: one slider moves them all,
 * and a point touched in one is read in all of them.
 */
export class SideBySide {
  readonly element = el('div', { class: 'glow-planes' });
  readonly main: PlaneView;
  private readonly first: Neighbour;
  private others: Neighbour[] = [];
  private linking = false;

  /** @param touched Called with the point that is read in the selected recording's plane. */
  constructor(touched: (point: Point) => void) {
    this.first = this.neighbour(touched);
    this.main = this.first.view;
    this.element.append(this.first.element);
  }

  /** @param contents The selected recording's first. */
  show(contents: readonly PlaneContent[]): void {
    this.shrinkTo(contents.length - 1);
    contents.forEach((content, i) => {
      const neighbour = i ? (this.others[i - 1] ?? this.add()) : this.first;
      neighbour.content = content;
      neighbour.name.hidden = contents.length < 2;
      setText(neighbour.name, content.recording.name);
      neighbour.view.show(content);
    });
  }

  dispose(): void {
    this.shrinkTo(0);
    this.main.dispose();
  }

  private add(): Neighbour {
    const neighbour = this.neighbour(() => undefined);
    this.others.push(neighbour);
    this.element.append(neighbour.element);
    return neighbour;
  }

  private shrinkTo(count: number): void {
    for (const { element, view } of this.others.splice(Math.max(count, 0))) {
      view.dispose();
      element.remove();
    }
  }

  private neighbour(touched: (point: Point) => void): Neighbour {
    const view = new PlaneView({
      read: point => {
        if (point) {
          touched(point);
        }
        this.link(view, other => other.view.readAt(point && translated(point, self, other)));
      },
      upto: index => this.link(view, other => other.view.showUpto(epochIn(index, self, other)))
    });
    const name = el('h3', { class: 'glow-plane-name' });
    const element = el('div', { class: 'glow-plane-cell' }, name, view.element);
    const self: Neighbour = { element, name, view, content: null };
    return self;
  }

  /** Do something to all other planes; what they tell of it goes no further. */
  private link(from: PlaneView, act: (other: Neighbour) => void): void {
    if (this.linking) {
      return;
    }
    this.linking = true;
    [this.first, ...this.others].filter(({ view }) => view !== from).forEach(act);
    this.linking = false;
  }
}

/** The point of the same layer at the same epoch in another plane; null where it has none. */
function translated(point: Point, from: Neighbour, to: Neighbour): Point | null {
  const layers = to.content?.recording.layers.length ?? 0;
  return point.layer < layers
    ? { layer: point.layer, epoch: epochIn(point.epoch, from, to) }
    : null;
}

/** The index of the same epoch, or of the last one before it, in another plane. */
function epochIn(index: number, from: Neighbour, to: Neighbour): number {
  const epoch = from.content?.recording.epochs[index] ?? 0;
  const epochs = to.content?.recording.epochs ?? [];
  return Math.max(epochs.filter(each => each <= epoch).length - 1, 0);
}
