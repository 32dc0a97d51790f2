import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';

import { drawCurves, readHistory } from './curves';
import { el } from './dom';
import { Progress } from './progress';
import { readProgress } from './progress-state';

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
    const data = (model.data[TRAINING_MIME] ?? {}) as Partial<Record<string, unknown>>;
    const state = readProgress(data.state);
    const history = readHistory(data.history);
    this.progress.show({ ...state, metrics: inOrder(state.metrics, data.order) });
    const values = inOrder(history.values, data.order);
    this.chart.replaceChildren(...drawCurves({ ...history, values }));
    return Promise.resolve();
  }
}

/** Metrics in the order they were in before the notebook was saved, which sorts all keys. */
function inOrder<V>(metrics: Record<string, V>, order: unknown): Record<string, V> {
  const names = Array.isArray(order) ? order.map(String) : [];
  const known = names.filter(name => Object.hasOwn(metrics, name));
  return { ...Object.fromEntries(known.map(name => [name, metrics[name]])), ...metrics };
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
