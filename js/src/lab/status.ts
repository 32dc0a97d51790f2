import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { el, setText } from '../dom';
import { preferences } from '../preferences';
import { Run, runs } from '../runs';
import { strings } from '../strings';
import { throttle } from '../throttle';
import { CommandIDs } from '../tokens';
import { MODULE_NAME } from '../version';
import { translation } from './words';

/** How far the trainings that run are; a click shows them. */
export class StatusItem extends Widget {
  readonly activeChanged = new Signal<this, void>(this);
  private readonly text = el('span');
  private readonly fill = el('span', { class: 'glow-mini-fill' });
  private live: Run[] = [];
  private readonly later = throttle(
    () => this.refresh(),
    () => 1000 / preferences().refreshRate
  );

  constructor(
    private readonly words: TranslationBundle,
    clicked: () => void
  ) {
    super();
    const title = words.__(strings.lab.statusHint);
    const bar = el('span', { class: 'glow-mini-bar', attributes: { 'aria-hidden': 'true' } });
    bar.append(this.fill);
    const attributes = { type: 'button', title };
    const button = el('button', {
      class: 'glow-status-item',
      testid: 'glow-status-item',
      attributes,
      on: { click: clicked }
    });
    button.append(bar, this.text);
    this.node.append(button);
    runs.changed.connect(() => this.later(undefined));
    this.refresh();
  }

  /** Whether there is anything to show. */
  get active(): boolean {
    return this.live.length > 0;
  }

  private refresh(): void {
    const was = this.active;
    this.live = runs.of(null).filter(run => run.live);
    if (this.active) {
      const share = this.live.reduce((sum, run) => sum + run.share, 0) / this.live.length;
      this.fill.style.width = `${100 * share}%`;
      setText(this.text, this.describe(share));
    }
    if (was !== this.active) {
      this.activeChanged.emit();
    }
  }

  private describe(share: number): string {
    const { statusMany, statusOne, statusPaused } = strings.lab;
    if (this.live.length > 1) {
      return this.words.__(statusMany, this.live.length, Math.floor(100 * share));
    }
    const { status, epoch, epochs } = this.live[0].state;
    return this.words.__(status === 'paused' ? statusPaused : statusOne, epoch, epochs);
  }
}

export const status: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:status`,
  description: 'Shows in the status bar how far trainings are.',
  autoStart: true,
  // Not required: Notebook 7 and Voilà have none.
  optional: [IStatusBar, ITranslator],
  activate: (app: JupyterFrontEnd, bar: IStatusBar | null, translator: ITranslator | null) => {
    if (!bar) {
      return;
    }
    const item = new StatusItem(translation(translator), () => {
      void app.commands.execute(CommandIDs.showPanel);
    });
    bar.registerStatusItem(`${MODULE_NAME}:status`, {
      item,
      align: 'left',
      rank: 50,
      isActive: () => item.active,
      activeStateChanged: item.activeChanged
    });
  }
};
