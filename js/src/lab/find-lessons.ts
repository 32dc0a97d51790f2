import type { Contents } from '@jupyterlab/services';

/** A notebook that teaches. */
export interface Lesson {
  path: string;
  title: string;
}

/** Folders in which lessons may lie, relative to where JupyterLab was started. */
const FOLDERS = ['', 'notebooks'];
const NAME = /^\d\d-.+\.ipynb$/;
const USES_GLOW = /^\s*(from|import) glow\b/m;

/**
 * The lessons, in order of their numbers: numbered notebooks that use glow.
 *
 * Folders are listed instead of asking for files: a missing file would be an error in the
 * browser's console.
 */
export async function findLessons(contents: Contents.IManager): Promise<Lesson[]> {
  const root = await list(contents, '');
  const folders = FOLDERS.filter(
    folder => !folder || root.some(({ name, type }) => name === folder && type === 'directory')
  );
  const listings = await Promise.all(
    folders.map(folder => (folder ? list(contents, folder) : root))
  );
  const named = listings.flat().filter(({ name, type }) => type === 'notebook' && NAME.test(name));
  const paths = named.sort((a, b) => a.name.localeCompare(b.name)).map(({ path }) => path);
  const read = await Promise.all(paths.map(path => readLesson(contents, path)));
  return read.filter(lesson => lesson !== null);
}

async function list(contents: Contents.IManager, folder: string): Promise<Contents.IModel[]> {
  try {
    const { content } = await contents.get(folder, { content: true });
    return Array.isArray(content) ? content : [];
  } catch {
    // No lessons, then: opening one says what is missing.
    return [];
  }
}

interface Cell {
  cell_type: string;
  source: string | string[];
}

async function readLesson(contents: Contents.IManager, path: string): Promise<Lesson | null> {
  try {
    const { content } = await contents.get(path, { content: true });
    const cells = (content as { cells?: Cell[] } | null)?.cells ?? [];
    const texts = (type: string): string[] =>
      cells.filter(cell => cell.cell_type === type).map(cell => [cell.source].flat().join(''));
    if (!texts('code').some(text => USES_GLOW.test(text))) {
      return null;
    }
    const heading = /^# +(.+)$/m.exec(texts('markdown').join('\n'))?.[1].trim();
    return { path, title: heading ?? path };
  } catch {
    return null;
  }
}
