import { IJupyterWidgetRegistry } from '@jupyter-widgets/base';
import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification, WidgetTracker } from '@jupyterlab/apputils';
import type { DocumentWidget } from '@jupyterlab/docregistry';

import { findLesson } from './lesson';
import { strings } from './strings';
import { CommandIDs } from './tokens';
import { MODULE_NAME, MODULE_VERSION } from './version';
import { FILE_TYPE, PlanePanel, PlaneViewerFactory } from './viewer';

const commands: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:commands`,
  description: 'Adds the commands of PyGlow to the palette.',
  autoStart: true,
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, palette: ICommandPalette | null) => {
    app.commands.addCommand(CommandIDs.openFirstLesson, {
      label: strings.lab.openLesson,
      caption: strings.lab.openLessonHint,
      // Some hosts of widgets have no documents to open.
      isEnabled: () => app.commands.hasCommand(CommandIDs.openDocument),
      execute: async () => {
        const path = await findLesson(app.serviceManager.contents);
        if (path === null) {
          Notification.warning(strings.lab.lessonMissing, { autoClose: false });
          return;
        }
        await app.commands.execute(CommandIDs.openDocument, { path });
      }
    });
    palette?.addItem({
      command: CommandIDs.openFirstLesson,
      category: strings.lab.category
    });
  }
};

const viewer: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:viewer`,
  description: 'Opens saved information planes (*.glow.json).',
  autoStart: true,
  optional: [ILayoutRestorer],
  activate: (app: JupyterFrontEnd, restorer: ILayoutRestorer | null) => {
    const factory = new PlaneViewerFactory();
    const tracker = new WidgetTracker<DocumentWidget<PlanePanel>>({
      namespace: `${MODULE_NAME}-viewer`
    });
    app.docRegistry.addFileType(FILE_TYPE);
    app.docRegistry.addWidgetFactory(factory);
    factory.widgetCreated.connect((_, widget) => {
      widget.context.pathChanged.connect(() => void tracker.save(widget));
      void tracker.add(widget);
    });
    void restorer?.restore(tracker, {
      command: CommandIDs.openDocument,
      args: widget => ({ path: widget.context.path, factory: strings.lab.viewerName }),
      name: widget => widget.context.path
    });
  }
};

const widgets: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:widgets`,
  description: 'Draws the widgets of glow_widgets.',
  autoStart: true,
  requires: [IJupyterWidgetRegistry],
  activate: (_: JupyterFrontEnd, registry: IJupyterWidgetRegistry) => {
    registry.registerWidget({
      name: MODULE_NAME,
      version: MODULE_VERSION,
      exports: () => import('./widgets')
    });
  }
};

export default [commands, viewer, widgets];
