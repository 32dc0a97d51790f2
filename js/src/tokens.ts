import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { Run } from './runs';

/** The commands this extension adds or runs. */
export const CommandIDs = {
  showPanel: 'glow:show-runs',
  stop: 'glow:stop-training',
  pause: 'glow:pause-training',
  /** Takes `path` and `title`; without them it opens the first lesson there is. */
  openLesson: 'glow:open-lesson',
  saveHtml: 'glow:save-plane-html',
  savePng: 'glow:save-plane-png',
  saveJson: 'glow:save-plane-json',
  /** JupyterLab's own: opens a document by its path. */
  openDocument: 'docmanager:open',
  /** JupyterLab's own: opens a console. */
  createConsole: 'console:create'
} as const;

/** The id of the panel with the training runs. */
export const PANEL_ID = 'glow-runs';

/** What is in front of the reader, as far as trainings and planes go. */
export interface IFront {
  /** The file's name of the notebook or console in front; empty if neither is. */
  readonly name: string;
  /** Its runs, oldest first; all of the page where neither a notebook nor a console is in front. */
  readonly runs: Run[];
  /** The plane in front: of an open file, or the last one shown by the notebook; null if none. */
  readonly plane: unknown;
  /** The element that shows it. */
  readonly element: HTMLElement | null;
  /** Anything of the above may be another. */
  readonly changed: ISignal<IFront, void>;
}

export const IFront = new Token<IFront>(
  'glow-widgets:IFront',
  'The trainings and planes in front of the reader.'
);
