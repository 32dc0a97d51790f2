import { PathExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';

import { el } from '../dom';
import { strings } from '../strings';
import { CommandIDs } from '../tokens';
import { describeRecording, FolderSize } from './recording-view';

/** The cell that estimates a recording anew; `folder` is relative to where the kernel runs. */
export function exploreCode(folder: string): string {
  return [
    'from glow.dynamics import Recording',
    'from glow_widgets import EstimatorExplorer',
    // A JSON text is a Python text too.
    `EstimatorExplorer(Recording.open(${JSON.stringify(folder)}))`
  ].join('\n');
}

/** Shows what a recording says about itself; starts a kernel only when it is asked to. */
export class RecordingPanel extends Widget {
  private readonly body = el('div', {
    class: 'glow glow-recording',
    testid: 'glow-recording-facts'
  });
  private readonly invitation: HTMLElement;

  constructor(
    private readonly context: DocumentRegistry.Context,
    private readonly contents: Contents.IManager,
    private readonly commands: CommandRegistry,
    private readonly words: TranslationBundle
  ) {
    super();
    this.addClass('glow-panel');
    this.invitation = this.invite();
    this.node.append(this.body);
    void context.ready.then(() => {
      if (!this.isDisposed) {
        context.model.contentChanged.connect(this.read, this);
        this.read();
      }
    });
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.context.model.contentChanged.disconnect(this.read, this);
      super.dispose();
    }
  }

  private get folder(): string {
    return PathExt.dirname(this.context.localPath);
  }

  private get name(): string {
    return PathExt.basename(this.folder) || '.';
  }

  private read(): void {
    this.draw(null);
    void this.measure().then(size => this.isDisposed || this.draw(size));
  }

  private draw(size: FolderSize | null): void {
    const text = this.context.model.toString();
    const [title, facts, ...rest] = describeRecording(text, this.name, size, this.words);
    // Before the layers and settings, which can be long.
    this.body.replaceChildren(title, facts ?? '', this.invitation, ...rest);
  }

  private async measure(): Promise<FolderSize | null> {
    try {
      const { content } = await this.contents.get(PathExt.dirname(this.context.path));
      const files = (content as Contents.IModel[]).filter(({ type }) => type !== 'directory');
      return { files: files.length, bytes: files.reduce((sum, { size }) => sum + (size ?? 0), 0) };
    } catch {
      return null;
    }
  }

  /** The button, and the code for those who want it in a notebook of theirs. */
  private invite(): HTMLElement {
    const { explore, exploreHint, byHand, noConsole } = strings.recording;
    const { words } = this;
    const available = this.commands.hasCommand(CommandIDs.createConsole);
    const button = el('button', {
      class: 'glow-button',
      testid: 'glow-explore',
      text: words.__(explore),
      attributes: { type: 'button', title: words.__(exploreHint) },
      on: { click: () => void this.explore() }
    });
    button.hidden = !available;
    const code = el('pre', { class: 'glow-code', text: exploreCode(this.folder || '.') });
    const hint = el('p', { class: 'glow-note', text: words.__(available ? byHand : noConsole) });
    return el('section', { class: 'glow-explore' }, button, hint, code);
  }

  private async explore(): Promise<void> {
    // The kernel runs in the folder that holds the recording's own.
    const basePath = PathExt.dirname(this.folder);
    const kernelPreference = { autoStartDefault: true };
    const panel: ConsolePanel = await this.commands.execute(CommandIDs.createConsole, {
      basePath,
      cwd: basePath,
      kernelPreference,
      insertMode: 'split-right',
      activate: true
    });
    await panel.sessionContext.ready;
    await panel.console.inject(exploreCode(this.name));
  }
}

/** What JupyterLab's command for new consoles answers, as far as it is used here. */
interface ConsolePanel {
  sessionContext: { ready: Promise<void> };
  console: { inject(code: string): Promise<unknown> };
}
