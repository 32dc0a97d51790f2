import { el } from './dom';
import { pageWords } from './lab/words';
import { strings } from './strings';
import { MODULE_VERSION } from './version';

/** A message if the kernel's half of PyGlow is of another version than this one; else null. */
export function mismatch(python: unknown): HTMLElement | null {
  if (python === MODULE_VERSION) {
    return null;
  }
  const text = pageWords().__(strings.mismatch, String(python ?? '?'), MODULE_VERSION);
  const attributes = { role: 'alert' };
  return el('p', { class: 'glow glow-problem', testid: 'glow-mismatch', text, attributes });
}
