import { PageConfig, URLExt } from '@jupyterlab/coreutils';

import { el } from '../dom';
import { readDocument } from '../plane/document';
import { strings } from '../strings';
import { MODULE_NAME } from '../version';

/** Offer a plane document as a `.glow.json` file. */
export function saveJson(plane: unknown): void {
  const { text, name } = prepared(plane);
  download(new Blob([text], { type: 'application/json' }), `${name}.glow.json`);
}

/** Offer a plane as a web page of its own, the same that Python's `save_html` writes. */
export async function saveHtml(plane: unknown): Promise<void> {
  const { text, name, title } = prepared(plane);
  const page = pageOf(text, title, await viewerScript());
  download(new Blob([page], { type: 'text/html' }), `${name}.html`);
}

/** Save the picture of the last plane in sight inside `element`: its own toolbar's doing. */
export function savePng(element: HTMLElement | null): void {
  const views = (element ?? document.body).querySelectorAll<HTMLElement>('.glow-view');
  const shown = [...views].filter(view => view.clientWidth > 0).at(-1);
  const button = shown?.querySelector<HTMLElement>('[data-testid=glow-save-png]');
  if (!button) {
    throw new Error(strings.lab.noCanvas);
  }
  button.click();
}

/** The document as text, once it has been read without complaint. */
function prepared(plane: unknown): { text: string; name: string; title: string } {
  const { title } = readDocument(plane);
  const text = typeof plane === 'string' ? plane : JSON.stringify(plane);
  const name = (title ?? '').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
  return { text, name: name || 'plane', title: title ?? strings.lab.viewerLabel };
}

/** The code of the stand-alone page, which lies beside the extension's own. */
async function viewerScript(): Promise<string> {
  const base = PageConfig.getOption('fullLabextensionsUrl');
  const url = URLExt.join(base, MODULE_NAME, 'static', 'standalone.js');
  const answer = await fetch(url);
  if (!answer.ok) {
    throw new Error(strings.lab.noExporter.replace('%1', url));
  }
  // The sequences a script element does not take literally; their strings stay the same.
  return (await answer.text()).replace(/<(?=\/script|script|!--)/gi, '\\x3c');
}

/** A page that may run this script, show this document and reach nothing else. */
export function pageOf(plane: string, title: string, script: string): string {
  const nonce = Array.from(crypto.getRandomValues(new Uint32Array(4)), n => n.toString(36)).join(
    ''
  );
  const policy =
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; ` +
    "img-src data: blob:; base-uri 'none'; form-action 'none'";
  // "<" is escaped, so no text of the document can end the element that holds it.
  const data = JSON.stringify(JSON.parse(plane)).replace(/</g, '\\u003c');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
</head>
<body>
<div id="glow-root"></div>
<script type="application/json" id="glow-document">${data}</script>
<script nonce="${nonce}">${script}</script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}

function download(content: Blob, name: string): void {
  const href = URL.createObjectURL(content);
  el('a', { attributes: { href, download: name } }).click();
  // Later: the browser reads it after this call has returned.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
