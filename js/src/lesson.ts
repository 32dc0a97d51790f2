import type { Contents } from '@jupyterlab/services';

export const LESSON = '01-two-phases.ipynb';

/** Folders in which the lesson may lie, relative to where JupyterLab was started. */
const FOLDERS = ['', 'notebooks'];

/**
 * Path of the first lesson, or null where it is not to be found.
 *
 * Folders are listed instead of asking for the file: a missing file would be an error in the
 * browser's console.
 */
export async function findLesson(contents: Contents.IManager): Promise<string | null> {
  for (const folder of FOLDERS) {
    if (folder && !(await names(contents, '')).includes(folder)) {
      continue;
    }
    if ((await names(contents, folder)).includes(LESSON)) {
      return folder ? `${folder}/${LESSON}` : LESSON;
    }
  }
  return null;
}

async function names(contents: Contents.IManager, folder: string): Promise<string[]> {
  const listing = await contents.get(folder, { content: true });
  const items = (listing.content ?? []) as Contents.IModel[];
  return items.map(item => item.name);
}
