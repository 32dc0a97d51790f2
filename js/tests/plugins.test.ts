import { JupyterFrontEnd } from '@jupyterlab/application';
import { DocumentRegistry } from '@jupyterlab/docregistry';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { describe, expect, it, vi } from 'vitest';

import manifest from '../../package.json';
import plugins from '../src/index';
import mime, { MIME_TYPE } from '../src/mime';
import { MODULE_NAME, MODULE_VERSION } from '../src/version';
import { FILE_TYPE, PlanePanel } from '../src/viewer';
import { fixture } from './documents';

function activate(id: string, app: object, ...services: unknown[]): void {
  const plugin = plugins.find(candidate => candidate.id === `${MODULE_NAME}:${id}`)!;
  void plugin.activate(app as JupyterFrontEnd, ...(services as never[]));
}

describe('plugins', () => {
  it('are the three, each started by itself and described', () => {
    expect(plugins.map(({ id }) => id)).toEqual([
      'glow-widgets:commands',
      'glow-widgets:viewer',
      'glow-widgets:widgets'
    ]);
    plugins.forEach(plugin => expect(plugin).toMatchObject({ autoStart: true }));
  });

  it('carry the name and version of the package', () => {
    expect([MODULE_NAME, MODULE_VERSION]).toEqual([manifest.name, manifest.version]);
  });

  it('register the views by the names the Python half uses', async () => {
    const registerWidget = vi.fn();
    activate('widgets', {}, { registerWidget });
    const [{ name, version, exports }] = registerWidget.mock.calls[0];
    expect([name, version]).toEqual([MODULE_NAME, MODULE_VERSION]);
    expect(Object.keys(await exports()).sort()).toEqual([
      'ExplorerModel',
      'ExplorerView',
      'PlaneModel',
      'PlaneView',
      'ProgressModel',
      'ProgressView'
    ]);
  });

  it('put the first lesson into the palette, enabled only where documents can be opened', () => {
    const commands = new CommandRegistry();
    const palette = { addItem: vi.fn() };
    activate('commands', { commands }, palette);
    expect(palette.addItem).toHaveBeenCalledWith({
      command: 'glow:open-first-lesson',
      category: 'PyGlow'
    });
    expect(commands.isEnabled('glow:open-first-lesson')).toBe(false);
    commands.addCommand('docmanager:open', { execute: () => undefined });
    expect(commands.isEnabled('glow:open-first-lesson')).toBe(true);
  });

  it('open *.glow.json before the built-in viewer of JSON', () => {
    const docRegistry = new DocumentRegistry();
    activate('viewer', { docRegistry }, null);
    expect(docRegistry.getFileTypesForPath('demo/plane.glow.json')[0].name).toBe(FILE_TYPE.name);
    expect(docRegistry.defaultWidgetFactory('demo/plane.glow.json').name).toBe('Information Plane');
  });
});

describe('viewer', () => {
  const panelOf = async (content: string): Promise<PlanePanel> => {
    const model = { toString: () => content, contentChanged: new Signal<object, void>({}) };
    const context = { ready: Promise.resolve(), model } as unknown as DocumentRegistry.Context;
    const panel = new PlanePanel(context);
    await context.ready;
    return panel;
  };

  it('shows a saved plane', async () => {
    const panel = await panelOf(JSON.stringify(fixture()));
    expect(panel.node.querySelector('h2')!.textContent).toBe('Fixture');
    panel.dispose();
  });

  it('shows why a broken file cannot be shown', async () => {
    const panel = await panelOf('{"format":');
    expect(panel.node.textContent).toContain('document: expected JSON');
    panel.dispose();
  });
});

describe('output', () => {
  it('draws what a notebook kept', async () => {
    const extension = [mime].flat()[0];
    expect(extension.rendererFactory.mimeTypes).toEqual([MIME_TYPE]);
    const renderer = extension.rendererFactory.createRenderer({} as never);
    await renderer.renderModel({ data: { [MIME_TYPE]: fixture() } } as never);
    expect(renderer.node.querySelector('[data-testid=glow-plane]')).not.toBeNull();
    renderer.dispose();
  });
});
