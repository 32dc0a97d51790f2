import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { el, setText } from '../dom';
import { preferences } from '../preferences';
import { Run, runs } from '../runs';
import { strings } from '../strings';
import { throttle } from '../throttle';
import { IFront, PANEL_ID } from '../tokens';
import { planeIcon } from './icons';
import { RunCard } from './run-card';

/** The trainings of the notebook in front, each with its progress and a small plane. */
export class RunsPanel extends Widget {
  private readonly heading = el('h2', { class: 'glow-runs-title' });
  private readonly list = el('div', { class: 'glow-runs-list' });
  private readonly empty: HTMLElement;
  private readonly clear: HTMLElement;
  private readonly cards = new Map<Run, RunCard>();
  private readonly later = throttle(
    () => this.refresh(),
    () => 1000 / preferences().refreshRate
  );

  /** @param openLesson What the button of the empty panel does. */
  constructor(
    private readonly front: IFront,
    private readonly words: TranslationBundle,
    openLesson: () => void
  ) {
    super();
    this.id = PANEL_ID;
    this.addClass('glow-runs');
    this.title.icon = planeIcon;
    this.title.caption = words.__(strings.lab.panel);
    this.node.dataset.testid = PANEL_ID;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.caption);
    this.clear = textButton('glow-clear', words.__(strings.lab.clear), () =>
      runs.dismiss(front.runs)
    );
    this.clear.title = words.__(strings.lab.clearHint);
    this.empty = explanation(words, openLesson);
    const head = el('div', { class: 'glow glow-runs-head' }, this.heading, this.clear);
    this.node.append(head, this.empty, this.list);
    front.changed.connect(this.onChange, this);
    this.refresh();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.front.changed.disconnect(this.onChange, this);
      this.cards.forEach(card => card.dispose());
      super.dispose();
    }
  }

  protected override onAfterShow(): void {
    this.refresh();
  }

  private onChange(): void {
    this.later(undefined);
  }

  private refresh(): void {
    // Nobody sees a closed panel; opening it comes here again.
    if (this.isDisposed || (this.isAttached && !this.isVisible)) {
      return;
    }
    const { runs: shown, name } = this.front;
    const { panelOf, panelOfAll } = strings.lab;
    const title = name ? this.words.__(panelOf, name) : this.words.__(panelOfAll);
    setText(this.heading, title);
    this.heading.title = title;
    this.empty.hidden = shown.length > 0;
    this.clear.hidden = shown.every(run => run.live);
    this.dropCards(shown);
    // The latest first.
    [...shown].reverse().forEach((run, place) => this.showCard(run, place));
  }

  private dropCards(shown: Run[]): void {
    for (const [run, card] of this.cards) {
      if (!shown.includes(run)) {
        card.dispose();
        this.cards.delete(run);
      }
    }
  }

  private showCard(run: Run, place: number): void {
    let card = this.cards.get(run);
    if (!card) {
      card = new RunCard(run, this.words);
      this.cards.set(run, card);
    }
    if (this.list.children[place] !== card.element) {
      this.list.insertBefore(card.element, this.list.children[place] ?? null);
    }
    card.refresh();
  }
}

/** What a reader has to do for the panel to show something. */
function explanation(words: TranslationBundle, openLesson: () => void): HTMLElement {
  return el(
    'div',
    { class: 'glow glow-runs-empty', testid: 'glow-runs-empty' },
    el('p', { class: 'glow-runs-lead', text: words.__(strings.lab.emptyTitle) }),
    el('p', { text: words.__(strings.lab.emptyHint) }),
    el('code', { text: strings.lab.emptyCode }),
    textButton('glow-open-lesson', words.__(strings.lab.emptyLesson), openLesson)
  );
}

function textButton(testid: string, text: string, clicked: () => void): HTMLButtonElement {
  const attributes = { type: 'button' };
  return el('button', { class: 'glow-button', testid, text, attributes, on: { click: clicked } });
}
