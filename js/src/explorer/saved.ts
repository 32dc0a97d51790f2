import { asObject, optional } from '../plane/check';
import { readDocument, type PlaneDocument } from '../plane/document';
import { EMPTY, readExtras, type Extras } from './catalogue';

/** A document with what an explorer saved beside its planes. */
export interface Saved {
  document: PlaneDocument | null;
  extras: Extras;
  /** What was selected; unread, since it may name what the document lacks. */
  selection: unknown;
}

/**
 * Read a plane document; an empty object stands for a plane still to come.
 *
 * @param value The parsed document, or its JSON text.
 * @throws DocumentError naming place, expectation and finding.
 */
export function readSaved(value: unknown): Saved {
  const parsed = typeof value === 'string' ? parsedOr(value) : value;
  if (isEmpty(parsed)) {
    return { document: null, extras: EMPTY, selection: null };
  }
  const document = readDocument(parsed);
  const saved = optional(asObject(parsed, 'document').explorer, 'explorer', asObject);
  return {
    document,
    extras: saved ? readExtras(saved, 'explorer') : EMPTY,
    selection: saved?.selection ?? null
  };
}

/** The parsed text; where that is no JSON, the text, for the reader to refuse. */
function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isEmpty(value: unknown): boolean {
  const object = typeof value === 'object' && value !== null && !Array.isArray(value);
  return object && Object.keys(value).length === 0;
}
