import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { commands } from './lab/commands';
import { front } from './lab/front';
import { lessons } from './lab/lessons';
import { notebooks } from './lab/notebooks';
import { notify } from './lab/notify';
import { panel } from './lab/panel';
import { planes } from './lab/planes';
import { recordings } from './lab/recordings';
import { settings } from './lab/settings';
import { status } from './lab/status';
import { widgets } from './lab/widgets';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  front,
  commands,
  lessons,
  notebooks,
  notify,
  panel,
  planes,
  recordings,
  settings,
  status,
  widgets
];

export default plugins;
