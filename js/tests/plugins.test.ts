import { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { DocumentRegistry } from '@jupyterlab/docregistry';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import manifest from '../../package.json';
import schema from '../../schema/settings.json';
import { findLessons } from '../src/lab/find-lessons';
import { StatusItem } from '../src/lab/status';
import { translation } from '../src/lab/words';
import plugins from '../src/index';
import mime, { MIME_TYPE } from '../src/mime';
import { mismatch } from '../src/mismatch';
import { DEFAULTS, PALETTES, preferences, setPreferences } from '../src/preferences';
import { Run, runs } from '../src/runs';
import { MODULE_NAME, MODULE_VERSION } from '../src/version';
import { FILE_TYPE, PlanePanel } from '../src/viewer';
import { fixture } from './documents';

function activate(id: string, app: object, ...services: unknown[]): unknown {
  const plugin = plugins.find(candidate => candidate.id === `${MODULE_NAME}:${id}`)!;
  return plugin.activate(app as JupyterFrontEnd, ...(services as never[]));
}

const RUNNING = { status: 'running', epoch: 3, epochs: 12, batch: 0, batches: 4, elapsed: 60 };

function join(id: string, send = vi.fn(), kernel = 'kernel'): Run {
  runs.join({ id, kernel, send }, RUNNING);
  return runs.of(kernel).at(-1)!;
}

beforeEach(() => {
  for (const run of runs.of(null)) {
    runs.update(run.source.id, { ...run.state, status: 'done' });
  }
  runs.dismiss(runs.of(null));
  setPreferences(DEFAULTS);
});

describe('plugins', () => {
  it('are each started by themselves and described', () => {
    expect(plugins.map(({ id }) => id.split(':')[1]).sort()).toEqual([
      'commands',
      'front',
      'lessons',
      'notebooks',
      'notify',
      'panel',
      'recordings',
      'settings',
      'status',
      'viewer',
      'widgets'
    ]);
    for (const plugin of plugins) {
      expect(plugin).toMatchObject({ autoStart: true, description: expect.any(String) });
    }
  });

  it('start in a host that offers nothing but commands and a shell, without a complaint', async () => {
    const complain = vi.spyOn(console, 'error');
    const app = {
      commands: new CommandRegistry(),
      shell: { currentWidget: null },
      docRegistry: new DocumentRegistry(),
      serviceManager: {},
      restored: Promise.resolve()
    };
    const front = activate('front', app);
    for (const id of ['lessons', 'notify', 'recordings', 'settings', 'status', 'viewer']) {
      await activate(id, app, null, null, null, null);
    }
    await activate('commands', app, front, null, null);
    await activate('panel', app, front, null, null, null);
    expect(complain).not.toHaveBeenCalled();
    expect(app.commands.hasCommand('glow:show-runs')).toBe(false);
    expect(app.commands.isEnabled('glow:open-lesson')).toBe(false);
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

  it('open *.glow.json and recording.json before the built-in viewer of JSON', () => {
    const docRegistry = new DocumentRegistry();
    activate('viewer', { docRegistry }, null);
    activate('recordings', { docRegistry }, null);
    expect(docRegistry.getFileTypesForPath('demo/plane.glow.json')[0].name).toBe(FILE_TYPE.name);
    expect(docRegistry.defaultWidgetFactory('demo/plane.glow.json').name).toBe('Information Plane');
    expect(docRegistry.defaultWidgetFactory('runs/tanh/recording.json').name).toBe('Recording');
    expect(docRegistry.getFileTypesForPath('other-recording.json')[0]?.name).not.toBe(
      'glow-recording'
    );
  });
});

describe('AC-42: two halves of different versions', () => {
  it('are told with both versions', () => {
    const text = mismatch('0.1.0')!.textContent;
    expect(text).toContain('0.1.0');
    expect(text).toContain(MODULE_VERSION);
  });

  it('are not told where there is one version', () => {
    expect(mismatch(MODULE_VERSION)).toBeNull();
  });
});

describe('AC-54: strings of the Lab side', () => {
  it('come from the translator', () => {
    const load = vi.fn(() => ({ __: (text: string) => `«${text}»` }));
    const commands = new CommandRegistry();
    activate('commands', { commands }, activate('front', { shell: {} }), { load }, null);
    expect(load).toHaveBeenCalledWith('glow_widgets');
    expect(commands.label('glow:stop-training')).toBe('«Stop Training»');
    expect(commands.caption('glow:stop-training')).toMatch(/^«Not available.+»$/);
  });
});

describe('AC-55: settings', () => {
  const properties: Record<string, { default: unknown; title: string }> = schema.properties;

  it('have the defaults of the views, and titles', () => {
    const defaults = Object.entries(properties).map(([name, entry]) => [name, entry.default]);
    expect(Object.fromEntries(defaults)).toEqual(DEFAULTS);
    expect(Object.values(properties).every(({ title }) => title.length > 0)).toBe(true);
    expect(schema.properties.palette.enum).toEqual(PALETTES);
  });

  it('apply when they change', async () => {
    const changed = new Signal<object, void>({});
    const saved = { composite: { ...DEFAULTS, refreshRate: 2 }, changed };
    await activate('settings', {}, { load: () => Promise.resolve(saved) }, null);
    expect(preferences().refreshRate).toBe(2);
    saved.composite = { ...DEFAULTS, palette: 'grey' };
    changed.emit();
    expect(preferences()).toEqual({ ...DEFAULTS, palette: 'grey' });
  });
});

describe('AC-55: a settings file that is not valid', () => {
  it('is told, and the defaults stay', async () => {
    const warn = vi.spyOn(Notification, 'warning');
    const load = (): Promise<never> => Promise.reject([new Error('refreshRate must be <= 5')]);
    await activate('settings', {}, { load }, null);
    expect(warn.mock.calls[0][0]).toContain('refreshRate must be <= 5');
    expect(preferences()).toEqual(DEFAULTS);
  });
});

describe('AC-56: commands', () => {
  const setUp = (): CommandRegistry => {
    const commands = new CommandRegistry();
    const palette = { addItem: vi.fn() };
    activate('commands', { commands }, activate('front', { shell: {} }), null, palette);
    for (const [{ command, category }] of palette.addItem.mock.calls) {
      expect([command, category]).toEqual([expect.stringMatching(/^glow:/), 'PyGlow']);
    }
    return commands;
  };

  it('are off with a reason while nothing runs', () => {
    const commands = setUp();
    for (const id of commands.listCommands()) {
      expect(commands.isEnabled(id)).toBe(false);
      expect(commands.caption(id)).toMatch(/^Not available: /);
    }
  });

  it('stop, hold and continue the latest training that runs', async () => {
    const commands = setUp();
    const send = vi.fn();
    join('first');
    const run = join('second', send);
    await commands.execute('glow:pause-training');
    runs.update('second', { ...RUNNING, status: 'paused' });
    expect(commands.label('glow:pause-training')).toBe('Resume Training');
    await commands.execute('glow:pause-training');
    await commands.execute('glow:stop-training');
    expect(send.mock.calls).toEqual([['pause'], ['resume'], ['stop']]);
    runs.update('second', { ...run.state, status: 'stopping' });
    expect(commands.caption('glow:stop-training')).toContain('already stopping');
  });
});

describe('runs', () => {
  it('keep what they showed last when their plane is gone', () => {
    const run = join('a');
    runs.showPlane('plane', { kernel: 'kernel', run: 'a', document: fixture() });
    runs.hidePlane('plane');
    expect(run.plane).toEqual(fixture());
    expect(runs.latestPlane('kernel')).toEqual(fixture());
    expect(runs.latestPlane('other')).toBeNull();
  });

  it('offer for saving what an explorer keeps, selection and all', async () => {
    const kept = { ...fixture(), explorer: { selection: { estimator: 'KSG' } } };
    runs.showPlane('explorer', { kernel: 'kernel', run: '', document: fixture() });
    const renderer = mime[0].rendererFactory.createRenderer({ mimeType: MIME_TYPE } as never);
    await renderer.renderModel({ data: { [MIME_TYPE]: { ...kept, live: 'explorer' } } } as never);
    expect(runs.latestPlane('kernel')).toEqual(kept);
    runs.hidePlane('explorer');
  });

  it('find their plane where it came first', () => {
    runs.showPlane('plane', { kernel: 'kernel', run: 'b', document: fixture() });
    expect(join('b').plane).toEqual(fixture());
    runs.hidePlane('plane');
  });

  it('that lose their kernel are interrupted, and those that ended are not', () => {
    const [lost, done] = [join('lost'), join('done')];
    runs.update('done', { ...RUNNING, status: 'done' });
    runs.leave('lost', 'gone');
    runs.leave('done', 'gone');
    expect([lost.state.status, lost.state.message]).toEqual(['interrupted', 'gone']);
    expect([done.state.status, done.state.message]).toEqual(['done', '']);
  });

  it('are told apart by their kernels and counted in each', () => {
    expect([join('x').number, join('y').number, join('z', vi.fn(), 'other').number]).toEqual([
      expect.any(Number),
      runs.of('kernel')[0].number + 1,
      1
    ]);
    expect(runs.of('other')).toHaveLength(1);
  });
});

describe('status bar', () => {
  it('shows one training, and several as one', () => {
    const item = new StatusItem(translation(null), () => undefined);
    expect(item.active).toBe(false);
    join('s1');
    expect(item.active).toBe(true);
    expect(item.node.textContent).toBe('Training: epoch 3 of 12');
    item.dispose();
    join('s2');
    const both = new StatusItem(translation(null), () => undefined);
    expect(both.node.textContent).toBe('2 trainings: 25 %');
  });
});

describe('lessons', () => {
  const notebook = (heading: string, code: string): object => ({
    cells: [
      { cell_type: 'markdown', source: [`# ${heading}\n`, 'More.'] },
      { cell_type: 'code', source: code }
    ]
  });
  const files: Record<string, unknown> = {
    '': [{ name: 'notebooks', type: 'directory', path: 'notebooks' }],
    notebooks: ['02-b', '01-a', '03-other', 'draft'].map(name => ({
      name: `${name}.ipynb`,
      type: 'notebook',
      path: `notebooks/${name}.ipynb`
    })),
    'notebooks/01-a.ipynb': notebook('First', 'from glow import models'),
    'notebooks/02-b.ipynb': notebook('Second', 'x = 1\nimport glow'),
    'notebooks/03-other.ipynb': notebook('Third', 'import numpy')
  };

  it('are numbered notebooks that use glow, in order, called by their headings', async () => {
    const get = vi.fn((path: string) => Promise.resolve({ content: files[path] }));
    expect(await findLessons({ get } as never)).toEqual([
      { path: 'notebooks/01-a.ipynb', title: 'First' },
      { path: 'notebooks/02-b.ipynb', title: 'Second' }
    ]);
    expect(get).not.toHaveBeenCalledWith('notebooks/draft.ipynb', expect.anything());
  });

  it('ask for no folder that is not there', async () => {
    const get = vi.fn(() => Promise.resolve({ content: [{ name: 'other', type: 'directory' }] }));
    expect(await findLessons({ get } as never)).toEqual([]);
    expect(get).toHaveBeenCalledTimes(1);
  });

  it('are none where folders cannot be read', async () => {
    const get = (): Promise<never> => Promise.reject(new Error('403'));
    expect(await findLessons({ get } as never)).toEqual([]);
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
    expect(extension.rendererFactory.mimeTypes).toContain(MIME_TYPE);
    const renderer = extension.rendererFactory.createRenderer({ mimeType: MIME_TYPE } as never);
    await renderer.renderModel({ data: { [MIME_TYPE]: fixture() } } as never);
    expect(renderer.node.querySelector('[data-testid=glow-plane]')).not.toBeNull();
    renderer.dispose();
  });
});
