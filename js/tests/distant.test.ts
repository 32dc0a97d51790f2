import { Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { DistantTraining, DistantWidget, hosts, replaceOutput } from '../src/distant';
import { LIVE_MIME, LiveOutput } from '../src/living';
import { runs } from '../src/runs';

const STATE = { status: 'running', epoch: 3, epochs: 10, batch: 0, batches: 4 };

/** A kernel that makes a subshell when asked, or never answers; and what was sent to it. */
function fakeKernel(answers = true): { kernel: object; sent: Sent[] } {
  const sent: Sent[] = [];
  const send = (message: Sent): { done: Promise<unknown> } => {
    sent.push(message);
    const reply = { content: { status: 'ok', subshell_id: 'sub' } };
    return { done: answers ? Promise.resolve(reply) : new Promise(() => undefined) };
  };
  const kernel = { id: 'k', clientId: 'c', username: '', status: 'busy', isDisposed: false };
  return {
    kernel: { ...kernel, sendControlMessage: send, sendShellMessage: send, interrupt: vi.fn() },
    sent
  };
}

interface Sent {
  header: { msg_type: string; subshell_id: string | null };
  content: { comm_id?: string; data?: unknown };
}

class FakeSession {
  readonly iopubMessage = new Signal<this, object>(this);
  readonly kernelChanged = new Signal<this, object>(this);
  readonly statusChanged = new Signal<this, string>(this);
  constructor(readonly session: { kernel: object }) {}

  hear(type: string, content: object): void {
    this.iopubMessage.emit({ header: { msg_type: type }, content });
  }

  update(state: object): void {
    this.hear('comm_msg', { comm_id: 'w', data: { method: 'update', state } });
  }
}

function distantOf(answers = true): {
  distant: DistantWidget;
  session: FakeSession;
  sent: Sent[];
} {
  const { kernel, sent } = fakeKernel(answers);
  const session = new FakeSession({ kernel });
  const distant = new DistantWidget('w', kernel as never, session as never);
  return { distant, session, sent };
}

const settled = (): Promise<void> => Promise.resolve().then(() => Promise.resolve());

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  runs.update('w', { ...STATE, status: 'done' });
  runs.dismiss(runs.of(null));
});

describe('DistantWidget (AC-09)', () => {
  it('hears what its widget publishes, and nothing else', () => {
    const { distant, session } = distantOf();
    const heard = vi.fn();
    distant.updated.connect((_, traits) => heard(traits));
    session.update({ state: STATE });
    session.hear('comm_msg', { comm_id: 'other', data: { method: 'update', state: {} } });
    session.hear('stream', { text: 'x' });
    expect(heard.mock.calls).toEqual([[{ state: STATE }]]);
    distant.dispose();
    session.update({ state: STATE });
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('speaks over a subshell of its own, made once and given back', async () => {
    const { distant, sent } = distantOf();
    distant.ask();
    distant.send({ action: 'pause' });
    await vi.advanceTimersByTimeAsync(0);
    distant.dispose();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.map(({ header }) => header.msg_type)).toEqual([
      'create_subshell_request',
      'comm_msg',
      'comm_msg',
      'delete_subshell_request'
    ]);
    expect(sent[1].header.subshell_id).toBe('sub');
    expect(sent[1].content).toEqual({ comm_id: 'w', data: { method: 'request_state' } });
  });

  it('sends nothing to the main thread of a kernel without subshells', async () => {
    const { distant, sent } = distantOf(false);
    distant.ask();
    await settled();
    expect(sent.map(({ header }) => header.msg_type)).toEqual(['create_subshell_request']);
  });
});

describe('DistantTraining (AC-09)', () => {
  it('shows the state, joins the runs, and interrupts where nothing else is heard', async () => {
    const { distant } = distantOf(false);
    const view = new DistantTraining(distant);
    view.show({ state: STATE });
    expect(view.element.textContent).toContain('3 / 10');
    expect(runs.of('k')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_000);
    const stop = view.element.querySelector<HTMLButtonElement>('[data-testid=glow-stop]')!;
    stop.click();

    expect(distant.kernel.interrupt).toHaveBeenCalledTimes(1);
    view.dispose();
  });

  it('is told as lost when the kernel goes', () => {
    const { distant, session } = distantOf();
    const view = new DistantTraining(distant);
    view.show({ state: STATE });
    session.statusChanged.emit('dead');
    expect(runs.of('k')[0].live).toBe(false);
    view.dispose();
  });
});

describe('LiveOutput (AC-09)', () => {
  const bundle = { model_id: 'w', what: 'training' };

  it('says that nothing is heard, then shows what is published', async () => {
    const { kernel } = fakeKernel();
    const session = new FakeSession({ kernel });
    const panel = new Panel();
    hosts.join(panel, session as never);
    const output = new LiveOutput();
    panel.addWidget(output);
    await output.renderModel({ data: { [LIVE_MIME]: bundle } } as never);
    expect(output.node.textContent).toBe('');
    await vi.advanceTimersByTimeAsync(3000);
    expect(output.node.querySelector('[data-testid=glow-disconnected]')).not.toBeNull();
    session.update({ state: STATE });
    expect(output.node.querySelector('[data-testid=glow-disconnected]')).toBeNull();
    expect(output.node.textContent).toContain('3 / 10');
    panel.dispose();
  });
});

describe('replaceOutput', () => {
  it('finds the output among those of its cell', () => {
    const shown = {};
    const set = vi.fn();
    const model = { length: 2, get: (i: number) => (i === 1 ? shown : {}), set };
    const area = Object.assign(new Panel(), { model });
    const renderer = new Widget();
    area.addWidget(renderer);
    replaceOutput(renderer, shown, { 'text/plain': 'over' });
    expect(set).toHaveBeenCalledWith(1, {
      output_type: 'display_data',
      data: { 'text/plain': 'over' },
      metadata: {}
    });
    replaceOutput(new Widget(), shown, {});
    expect(set).toHaveBeenCalledTimes(1);
  });
});
