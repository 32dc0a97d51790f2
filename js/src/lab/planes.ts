import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import type { DocumentWidget } from '@jupyterlab/docregistry';

import { CommandIDs } from '../tokens';
import { MODULE_NAME } from '../version';
import { FILE_TYPE, PlanePanel, PlaneViewerFactory } from '../viewer';
import { planeIcon } from './icons';

export const planes: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:viewer`,
  description: 'Opens saved information planes (*.glow.json).',
  autoStart: true,
  optional: [ILayoutRestorer],
  activate: (app: JupyterFrontEnd, restorer: ILayoutRestorer | null) => {
    const factory = new PlaneViewerFactory();
    const tracker = new WidgetTracker<DocumentWidget<PlanePanel>>({
      namespace: `${MODULE_NAME}-viewer`
    });
    app.docRegistry.addFileType({ ...FILE_TYPE, icon: planeIcon });
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
