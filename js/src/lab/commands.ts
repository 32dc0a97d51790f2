import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { messageOf } from '../format';
import type { Run } from '../runs';
import { strings } from '../strings';
import { CommandIDs, IFront } from '../tokens';
import { MODULE_NAME } from '../version';
import { saveHtml, saveJson, savePng } from './save';
import { translation } from './words';

/** A command that can be unavailable, and then says why where it says what it does. */
interface Action {
  id: string;
  label: () => string;
  caption: string;
  /** Why it is unavailable; empty where it is available. */
  reason: () => string;
  execute: () => void | Promise<void>;
}

function runActions(front: IFront): Action[] {
  const lab = strings.lab;
  const latest = (): Run | undefined => front.runs.filter(run => run.live).at(-1);
  const reason = (): string => {
    const run = latest();
    return !run ? lab.noRun : run.state.status === 'stopping' ? lab.runStopping : '';
  };
  const paused = (): boolean => latest()?.state.status === 'paused';
  return [
    {
      id: CommandIDs.stop,
      label: () => lab.stop,
      caption: lab.stopHint,
      reason,
      execute: () => latest()?.source.send('stop')
    },
    {
      id: CommandIDs.pause,
      label: () => (paused() ? lab.resume : lab.pause),
      caption: lab.pauseHint,
      reason,
      execute: () => latest()?.source.send(paused() ? 'resume' : 'pause')
    }
  ];
}

function planeActions(front: IFront): Action[] {
  const lab = strings.lab;
  const reason = (): string => (front.plane === null ? lab.noPlane : '');
  const action = (
    id: string,
    label: string,
    caption: string,
    execute: () => void | Promise<void>
  ): Action => ({ id, label: () => label, caption, reason, execute });
  return [
    action(CommandIDs.saveHtml, lab.saveHtml, lab.saveHtmlHint, () => saveHtml(front.plane)),
    action(CommandIDs.savePng, lab.savePng, lab.savePngHint, () => savePng(front.element)),
    action(CommandIDs.saveJson, lab.saveJson, lab.saveJsonHint, () => saveJson(front.plane))
  ];
}

function register(commands: CommandRegistry, action: Action, words: TranslationBundle): void {
  commands.addCommand(action.id, {
    label: () => words.__(action.label()),
    caption: () => words.__(action.reason() || action.caption),
    isEnabled: () => action.reason() === '',
    execute: async () => {
      try {
        await action.execute();
      } catch (error) {
        Notification.error(messageOf(error), { autoClose: false });
      }
    }
  });
}

export const commands: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:commands`,
  description: 'Adds the commands that act on trainings and planes.',
  autoStart: true,
  requires: [IFront],
  optional: [ITranslator, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    front: IFront,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ) => {
    const words = translation(translator);
    const category = words.__(strings.lab.category);
    for (const action of [...runActions(front), ...planeActions(front)]) {
      register(app.commands, action, words);
      palette?.addItem({ command: action.id, category });
      front.changed.connect(() => app.commands.notifyCommandChanged(action.id));
    }
  }
};
