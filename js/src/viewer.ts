import { ABCWidgetFactory, DocumentRegistry, DocumentWidget } from '@jupyterlab/docregistry';
import { Widget } from '@lumino/widgets';

import { Explorer } from './explorer';
import { strings } from './strings';

/** The file type of saved planes. */
export const FILE_TYPE: Partial<DocumentRegistry.IFileType> & { name: string } = {
  name: 'glow-plane',
  displayName: strings.lab.viewerLabel,
  extensions: ['.glow.json'],
  mimeTypes: ['application/json'],
  fileFormat: 'text',
  contentType: 'file'
};

/** Shows a file's document; needs no kernel. */
export class PlanePanel extends Widget {
  private readonly explorer = new Explorer();

  constructor(private readonly context: DocumentRegistry.Context) {
    super();
    this.addClass('glow-panel');
    this.node.append(this.explorer.element);
    void context.ready.then(() => {
      if (!this.isDisposed) {
        this.read();
        context.model.contentChanged.connect(this.read, this);
      }
    });
  }

  /** The file's text. */
  get source(): string {
    return this.context.model.toString();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.context.model.contentChanged.disconnect(this.read, this);
      this.explorer.dispose();
      super.dispose();
    }
  }

  private read(): void {
    this.explorer.setDocument(this.source);
  }
}

/** Opens `*.glow.json` files. */
export class PlaneViewerFactory extends ABCWidgetFactory<
  DocumentWidget<PlanePanel>,
  DocumentRegistry.IModel
> {
  constructor() {
    super({
      name: strings.lab.viewerName,
      label: strings.lab.viewerName,
      modelName: 'text',
      fileTypes: [FILE_TYPE.name],
      defaultFor: [FILE_TYPE.name],
      readOnly: true
    });
  }

  protected override createNewWidget(
    context: DocumentRegistry.Context
  ): DocumentWidget<PlanePanel> {
    return new DocumentWidget({ content: new PlanePanel(context), context });
  }
}
