import { IJupyterWidgetRegistry } from '@jupyter-widgets/base';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';

import { MODULE_NAME, MODULE_VERSION } from '../version';
import { speak, translation } from './words';

export const widgets: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:widgets`,
  description: 'Draws the widgets of glow_widgets.',
  autoStart: true,
  requires: [IJupyterWidgetRegistry],
  optional: [ITranslator],
  activate: (
    _: JupyterFrontEnd,
    registry: IJupyterWidgetRegistry,
    translator: ITranslator | null
  ) => {
    speak(translation(translator));
    registry.registerWidget({
      name: MODULE_NAME,
      version: MODULE_VERSION,
      exports: () => import('../widgets')
    });
  }
};
