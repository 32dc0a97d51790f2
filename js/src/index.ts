import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

const commands: JupyterFrontEndPlugin<void> = {
  id: 'glow-widgets:commands',
  autoStart: true,
  activate: (_: JupyterFrontEnd) => undefined
};

export default [commands];
