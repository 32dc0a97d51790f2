import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';

import { preferences } from '../preferences';
import { runs } from '../runs';
import { strings } from '../strings';
import { CommandIDs, IFront, PANEL_ID } from '../tokens';
import { MODULE_NAME } from '../version';
import { RunsPanel } from './runs-panel';
import { translation } from './words';

/** Adds the panel, where the host has sidebars: Voilà has none. */
export const panel: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:panel`,
  description: 'Shows the training runs of the notebook in front.',
  autoStart: true,
  requires: [IFront],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    front: IFront,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ) => {
    if (!('expandRight' in app.shell)) {
      return;
    }
    const { commands, shell } = app;
    const words = translation(translator);
    const widget = new RunsPanel(front, words, () => {
      void commands.execute(CommandIDs.openLesson);
    });
    shell.add(widget, 'right', { rank: 650, type: 'PyGlow' });
    restorer?.add(widget, PANEL_ID);
    commands.addCommand(CommandIDs.showPanel, {
      label: words.__(strings.lab.openPanel),
      caption: words.__(strings.lab.openPanelHint),
      execute: () => shell.activateById(PANEL_ID)
    });
    palette?.addItem({
      command: CommandIDs.showPanel,
      category: words.__(strings.lab.category)
    });
    runs.began.connect((_, run) => {
      if (preferences().autoshow && front.runs.includes(run)) {
        shell.activateById(PANEL_ID);
      }
    });
  }
};
