import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { hosts } from '../distant';
import { MODULE_NAME } from '../version';

export const notebooks: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:notebooks`,
  description: 'Lets displays of running trainings find their kernel when a page is loaded anew.',
  autoStart: true,
  activate: (app: JupyterFrontEnd) => {
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: (panel, context) => hosts.join(panel, context.sessionContext)
    });
  }
};
