import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { strings } from '../strings';
import { CommandIDs } from '../tokens';
import { MODULE_NAME } from '../version';
import { findLessons, Lesson } from './find-lessons';
import { planeIcon } from './icons';
import { translation } from './words';

function addCommand(
  commands: CommandRegistry,
  words: TranslationBundle,
  find: () => Promise<Lesson[]>
): void {
  const lab = strings.lab;
  // Some hosts of widgets have no documents to open.
  const available = (): boolean => commands.hasCommand(CommandIDs.openDocument);
  commands.addCommand(CommandIDs.openLesson, {
    icon: args => (args.path ? planeIcon : undefined),
    label: args =>
      args.inLauncher
        ? String(args.title)
        : args.path
          ? words.__(lab.lessonCommand, String(args.title))
          : words.__(lab.lessonAny),
    caption: args =>
      !available()
        ? words.__(lab.noDocuments)
        : args.path
          ? words.__(lab.lessonHint, String(args.path))
          : words.__(lab.lessonAnyHint),
    isEnabled: available,
    execute: async args => {
      const path = args.path ?? (await find()).at(0)?.path;
      if (path === undefined) {
        Notification.warning(words.__(lab.lessonMissing), { autoClose: false });
        return;
      }
      await commands.execute(CommandIDs.openDocument, { path });
    }
  });
}

export const lessons: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:lessons`,
  description: 'Offers the lessons in the launcher and in the palette.',
  autoStart: true,
  optional: [ITranslator, ICommandPalette, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ) => {
    const words = translation(translator);
    const category = words.__(strings.lab.category);
    const find = (): Promise<Lesson[]> => findLessons(app.serviceManager.contents);
    addCommand(app.commands, words, find);
    const any = palette?.addItem({ command: CommandIDs.openLesson, category });
    if (!palette && !launcher) {
      return;
    }
    void app.restored.then(find).then(found => {
      if (found.length) {
        any?.dispose(); // each has an entry of its own
      }
      found.forEach(({ path, title }, rank) => {
        const args = { path, title };
        palette?.addItem({ command: CommandIDs.openLesson, category, args });
        launcher?.add({
          command: CommandIDs.openLesson,
          category,
          rank,
          args: { ...args, inLauncher: true }
        });
      });
    });
  }
};
