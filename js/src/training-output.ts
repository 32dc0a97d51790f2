import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';

import { drawCurves, readHistory } from './curves';
import { el } from './dom';
import { Progress } from './progress';

/** What an ended training leaves in a notebook: its last state and its curves. */
export const TRAINING_MIME = 'application/vnd.glow.training+json';

/** Draws an ended training as its live display was, in the same size, with no kernel. */
export class TrainingOutput extends Widget implements IRenderMime.IRenderer {
  private readonly chart = el('div');
  private readonly progress = new Progress(null, this.chart);

  constructor() {
    super();
    this.addClass('glow-live');
    this.node.append(this.progress.element);
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const data = (model.data[TRAINING_MIME] ?? {}) as { state?: unknown; history?: unknown };
    this.progress.show(data.state);
    this.chart.replaceChildren(...drawCurves(readHistory(data.history)));
    return Promise.resolve();
  }
}

export const trainingExtension: IRenderMime.IExtension = {
  id: 'glow-widgets:training-output',
  description: 'Draws ended trainings kept in notebooks.',
  dataType: 'json',
  rendererFactory: {
    // Numbers and names are read as data and shown as text: nothing in it is ever run.
    safe: true,
    mimeTypes: [TRAINING_MIME],
    defaultRank: 40,
    createRenderer: () => new TrainingOutput()
  }
};
