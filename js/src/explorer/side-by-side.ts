import { el, setText } from '../dom';
import type { PlaneContent } from '../plane/content';
import type { Point } from '../plane/points';
import type { Range } from '../plane/scales';
import { PlaneView } from '../plane/view';

/** One recording's plane, by the name that it goes under. */
export interface NamedPlane {
  name: string;
  content: PlaneContent;
}

interface Neighbour {
  element: HTMLElement;
  name: HTMLElement;
  head: HTMLElement;
  view: PlaneView;
  content: PlaneContent | null;
}

/**
 * The plane of the selected recording, and those of others beside it: one slider, one legend, one
 * toolbar and one epoch bar move them all, and a point touched in one is read in all of them.
 */
export class SideBySide {
  readonly element = el('div', { class: 'glow-beside' });
  readonly main: PlaneView;
  private readonly grid = el('div', { class: 'glow-planes' });
  private readonly first: Neighbour;
  private others: Neighbour[] = [];
  private linking = false;

  /** @param touched Called with the point that is read in the selected recording's plane. */
  constructor(touched: (point: Point) => void) {
    this.first = this.neighbour(touched);
    this.main = this.first.view;
    this.grid.append(this.first.element);
    this.element.append(this.grid);
  }

  /** @param planes The selected recording's first. */
  show(planes: readonly NamedPlane[]): void {
    this.shrinkTo(planes.length - 1);
    const span = spanOf(planes);
    planes.forEach(({ name, content }, i) => {
      const neighbour = i ? (this.others[i - 1] ?? this.add()) : this.first;
      neighbour.content = content;
      setText(neighbour.name, name);
      neighbour.view.show({ ...content, span });
      if (i) {
        this.follow(neighbour);
      }
    });
    this.share(planes.length > 1);
  }

  dispose(): void {
    this.shrinkTo(0);
    this.main.dispose();
  }

  /** Put what moves all planes around them, or back into the only one. */
  private share(shared: boolean): void {
    const { head, element, picture, epochBar, saving, tools } = this.main;
    if (shared !== this.first.head.hidden) {
      return;
    }
    this.first.head.hidden = !shared;
    if (shared) {
      this.grid.before(head);
      this.grid.after(epochBar);
      this.first.head.append(saving);
    } else {
      element.prepend(head);
      picture.after(epochBar);
      tools.append(saving);
    }
  }

  private add(): Neighbour {
    const neighbour = this.neighbour(() => undefined);
    this.others.push(neighbour);
    this.grid.append(neighbour.element);
    const { element, view, head } = neighbour;
    element.classList.add('glow-follower');
    head.hidden = false;
    head.append(view.saving);
    return neighbour;
  }

  /** Bring a plane in line with the main one. */
  private follow(neighbour: Neighbour): void {
    this.link(this.main, other => {
      if (other === neighbour) {
        other.view.showLayers(this.main.hiddenLayers);
        other.view.showUpto(epochIn(this.main.upto, this.first, other));
      }
    });
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
      upto: index => this.link(view, other => other.view.showUpto(epochIn(index, self, other))),
      layers: hidden => this.link(view, other => other.view.showLayers(hidden)),
      zoom: transform => this.link(view, other => other.view.zoomTo(transform))
    });
    const name = el('h3', { class: 'glow-plane-name' });
    const head = el('div', { class: 'glow-plane-head' }, name);
    head.hidden = true;
    const element = el('div', { class: 'glow-plane-cell' }, head, view.element);
    const self: Neighbour = { element, name, head, view, content: null };
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

/** The first and the last epoch of all: a colour means the same epoch in every plane. */
function spanOf(planes: readonly NamedPlane[]): Range {
  const epochs = planes.flatMap(({ content }) => [...content.recording.epochs]);
  return [Math.min(...epochs), Math.max(...epochs)];
}

/** The point of the same layer at the same epoch in another plane; null where it has none. */
function translated(point: Point, from: Neighbour, to: Neighbour): Point | null {
  const name = from.content?.recording.layers[point.layer] ?? '';
  const layer = to.content?.recording.layers.indexOf(name) ?? -1;
  return layer < 0 ? null : { layer, epoch: epochIn(point.epoch, from, to) };
}

/** The index of the same epoch, or of the last one before it, in another plane. */
function epochIn(index: number, from: Neighbour, to: Neighbour): number {
  const epoch = from.content?.recording.epochs[index] ?? 0;
  const epochs = to.content?.recording.epochs ?? [];
  return Math.max(epochs.filter(each => each <= epoch).length - 1, 0);
}
