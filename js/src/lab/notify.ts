import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import { formatDuration } from '../format';
import { preferences } from '../preferences';
import { Run, runs } from '../runs';
import { strings } from '../strings';
import { CommandIDs } from '../tokens';
import { MODULE_NAME } from '../version';
import { markTitleUntilSeen } from './title';
import { translation } from './words';

/** Tell of a training that ended while the browser's tab was hidden. */
function tell(app: JupyterFrontEnd, words: TranslationBundle, run: Run): void {
  const { status, elapsed } = run.state;
  const text = words.__(
    strings.lab.ended,
    run.number,
    words.__(strings.progress.status[status]).toLowerCase(),
    formatDuration(elapsed)
  );
  const show = {
    label: words.__(strings.lab.showRun),
    callback: () => void app.commands.execute(CommandIDs.showPanel)
  };
  const actions = app.commands.hasCommand(CommandIDs.showPanel) ? [show] : [];
  Notification.emit(text, status === 'done' ? 'success' : 'warning', { autoClose: false, actions });
}

export const notify: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:notify`,
  description: 'Tells that a long training ended while nobody was looking.',
  autoStart: true,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null) => {
    const words = translation(translator);
    runs.ended.connect((_, run) => {
      if (document.hidden && run.state.elapsed >= preferences().notifyAfter) {
        tell(app, words, run);
        markTitleUntilSeen();
      }
    });
  }
};
