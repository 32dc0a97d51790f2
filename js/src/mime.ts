import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';

import { Explorer } from './explorer';
import { liveExtension } from './living';
import { trainingExtension } from './training-output';

export const MIME_TYPE = 'application/vnd.glow.plane+json';

/** Draws a plane kept in a notebook's output, sliders included, with no kernel. */
export class PlaneOutput extends Widget implements IRenderMime.IRenderer {
  private readonly explorer = new Explorer();

  constructor() {
    super();
    this.addClass('glow-output');
    this.node.append(this.explorer.element);
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.explorer.setDocument(model.data[MIME_TYPE]);
    return Promise.resolve();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.explorer.dispose();
      super.dispose();
    }
  }
}

export const planeExtension: IRenderMime.IExtension = {
  id: 'glow-widgets:plane-output',
  description: 'Draws information planes kept in notebooks.',
  dataType: 'json',
  rendererFactory: {
    // The document is read as data and shown as text: nothing in it is ever run.
    safe: true,
    mimeTypes: [MIME_TYPE],
    // Before application/json and before the picture saved beside it.
    defaultRank: 40,
    createRenderer: () => new PlaneOutput()
  }
};

export default [planeExtension, liveExtension, trainingExtension];
