import type { PartialJSONObject } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

/** A cell's outputs in JupyterLab, as far as one of them can be replaced. */
interface Outputs {
  readonly length: number;
  get(index: number): unknown;
  set(index: number, output: object): void;
}

/**
 * Put a MIME bundle in the place of the output that a renderer shows, on the page and in the file.
 *
 * @param renderer What shows it.
 * @param shown Its model, as the renderer was given it.
 */
export function replaceOutput(renderer: Widget, shown: unknown, data: PartialJSONObject): void {
  const outputs = outputsAround(renderer);
  for (let i = 0; outputs && i < outputs.length; i++) {
    if (outputs.get(i) === shown) {
      outputs.set(i, { output_type: 'display_data', data, metadata: {} });
      return;
    }
  }
}

function outputsAround(renderer: Widget): Outputs | null {
  for (let widget = renderer.parent; widget; widget = widget.parent) {
    const { model } = widget as { model?: Partial<Outputs> };
    if (model?.get && model.set && model.length !== undefined) {
      return model as Outputs;
    }
  }
  return null;
}
