import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { messageOf } from '../format';
import { Preferences, setPreferences } from '../preferences';
import { strings } from '../strings';
import { MODULE_NAME } from '../version';
import { translation } from './words';

/** The name of schema/settings.json, which says what is valid. */
const ID = `${MODULE_NAME}:settings`;

export const settings: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Takes the settings of JupyterLab to the views.',
  autoStart: true,
  optional: [ISettingRegistry, ITranslator],
  activate: async (
    _: JupyterFrontEnd,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ) => {
    if (!registry) {
      return;
    }
    try {
      const chosen = await registry.load(ID);
      const apply = (): void => setPreferences(chosen.composite as Partial<Preferences>);
      chosen.changed.connect(apply);
      apply();
    } catch (error) {
      // A file edited by hand; the registry refuses it as a whole.
      const why = [error].flat().map(messageOf).join(' ');
      const text = translation(translator).__(strings.lab.badSettings, why);
      Notification.warning(text, { autoClose: false });
    }
  }
};
