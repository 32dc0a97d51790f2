import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

import { MIME_TYPE, PlaneOutput } from './explorer/output';
import { liveExtension } from './living';
import { trainingExtension } from './training-output';

export { MIME_TYPE, PlaneOutput } from './explorer/output';

export const planeExtension: IRenderMime.IExtension = {
  id: 'glow-widgets:plane-output',
  description: 'Draws information planes kept in notebooks.',
  dataType: 'json',
  rendererFactory: {
    // The document is read as data and shown as text: nothing in it is ever run.
    safe: true,
    mimeTypes: [MIME_TYPE],
    // Before application/json and before the HTML saved beside it.
    defaultRank: 40,
    createRenderer: () => new PlaneOutput()
  }
};

export default [planeExtension, liveExtension, trainingExtension];
