import { ITranslator, nullTranslator, TranslationBundle } from '@jupyterlab/translation';

/** The catalogue of translations that JupyterLab's language packs can have for this package. */
const DOMAIN = 'glow_widgets';

/** What puts the strings of `strings.lab` into the reader's language. */
export function translation(translator: ITranslator | null): TranslationBundle {
  return (translator ?? nullTranslator).load(DOMAIN);
}

let spoken = translation(null);

/** The language of the page, for what no plugin makes: widgets, which a kernel asks for. */
export function pageWords(): TranslationBundle {
  return spoken;
}

/** Set the language of the page. */
export function speak(words: TranslationBundle): void {
  spoken = words;
}
