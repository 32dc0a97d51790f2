import css from '../style/base.css';
import explorerCss from '../style/explorer.css';
import pageCss from '../style/page.css';
import { el } from './dom';
import { Explorer } from './explorer';
import { strings } from './strings';

/**
 * Show the document of an exported page: the element `glow-document` holds it, `glow-root` is
 * where it appears. No kernel and no network is needed.
 */
export function mount(page: Document): void {
  [css, explorerCss, pageCss].forEach(text => page.head.append(el('style', { text })));
  const root = page.getElementById('glow-root') ?? page.body;
  const source = page.getElementById('glow-document')?.textContent;
  if (!source) {
    root.append(el('p', { class: 'glow-problem', text: strings.page.noDocument }));
    return;
  }
  const explorer = new Explorer();
  root.append(explorer.element);
  explorer.setDocument(source);
}

mount(document);
