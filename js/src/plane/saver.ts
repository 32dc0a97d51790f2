import { el, setText, uniqueId } from '../dom';
import { strings } from '../strings';
import { download, exported, ExportRequest, Format, FORMATS } from './export';
import { SizeName, SIZES } from './figure';

/** The panel with the exported size and a button for each format. */
export class SavePanel {
  readonly element: HTMLElement;
  private readonly size = el('select', { testid: 'glow-save-size' });
  private readonly said = el('span', { class: 'glow-note', attributes: { role: 'status' } });

  /** @param request What is to be exported; null where there is nothing yet. */
  constructor(private readonly request: () => Omit<ExportRequest, 'size'> | null) {
    const id = uniqueId();
    this.size.id = id;
    for (const name of Object.keys(SIZES) as SizeName[]) {
      const attributes = { value: name };
      this.size.append(el('option', { text: strings.plane.saveSizes[name], attributes }));
    }
    this.size.value = 'page';
    this.element = el(
      'div',
      { class: 'glow-save', testid: 'glow-save-panel' },
      el('label', { text: strings.plane.saveSize, attributes: { for: id } }),
      this.size,
      ...FORMATS.map(format => this.button(format)),
      this.said
    );
    this.element.hidden = true;
  }

  private button(format: Format): HTMLElement {
    return el('button', {
      text: format,
      class: 'glow-button',
      testid: `glow-save-${format.toLowerCase()}`,
      attributes: { type: 'button', 'aria-label': strings.plane.saveAs(format) },
      on: { click: () => void this.save(format) }
    });
  }

  private async save(format: Format): Promise<void> {
    const request = this.request();
    if (!request) {
      return;
    }
    try {
      const file = await exported(format, { ...request, size: this.size.value as SizeName });
      download(file);
      setText(this.said, strings.plane.saved(file.name));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      setText(this.said, strings.plane.notSaved(reason));
    }
  }
}
