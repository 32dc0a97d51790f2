import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { ABCWidgetFactory, DocumentRegistry, DocumentWidget } from '@jupyterlab/docregistry';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import { strings } from '../strings';
import { CommandIDs } from '../tokens';
import { MODULE_NAME } from '../version';
import { planeIcon } from './icons';
import { RecordingPanel } from './recording-panel';
import { translation } from './words';

/** The file type of recordings: one folder each, told by its `recording.json`. */
export const RECORDING_TYPE: Partial<DocumentRegistry.IFileType> & { name: string } = {
  name: 'glow-recording',
  extensions: [],
  pattern: '^recording\\.json$',
  mimeTypes: ['application/json'],
  fileFormat: 'text',
  contentType: 'file',
  icon: planeIcon
};

class RecordingFactory extends ABCWidgetFactory<
  DocumentWidget<RecordingPanel>,
  DocumentRegistry.IModel
> {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly words: TranslationBundle
  ) {
    super({
      name: strings.lab.recordingName,
      label: words.__(strings.lab.recordingName),
      modelName: 'text',
      fileTypes: [RECORDING_TYPE.name],
      defaultFor: [RECORDING_TYPE.name],
      readOnly: true
    });
  }

  protected override createNewWidget(
    context: DocumentRegistry.Context
  ): DocumentWidget<RecordingPanel> {
    const { commands, serviceManager } = this.app;
    const content = new RecordingPanel(context, serviceManager.contents, commands, this.words);
    return new DocumentWidget({ content, context });
  }
}

export const recordings: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:recordings`,
  description: 'Opens recordings (recording.json).',
  autoStart: true,
  optional: [ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ) => {
    const words = translation(translator);
    const factory = new RecordingFactory(app, words);
    const tracker = new WidgetTracker<DocumentWidget<RecordingPanel>>({
      namespace: `${MODULE_NAME}-recordings`
    });
    const displayName = words.__(strings.lab.recordingLabel);
    app.docRegistry.addFileType({ ...RECORDING_TYPE, displayName });
    app.docRegistry.addWidgetFactory(factory);
    factory.widgetCreated.connect((_, widget) => {
      widget.title.icon = planeIcon;
      widget.context.pathChanged.connect(() => void tracker.save(widget));
      void tracker.add(widget);
    });
    void restorer?.restore(tracker, {
      command: CommandIDs.openDocument,
      args: widget => ({ path: widget.context.path, factory: factory.name }),
      name: widget => widget.context.path
    });
  }
};
