/** The commands this extension adds or runs. */
export const CommandIDs = {
  /** Opens the notebook with the first lesson. */
  openFirstLesson: 'glow:open-first-lesson',
  /** JupyterLab's own: opens a document by its path. */
  openDocument: 'docmanager:open'
} as const;
