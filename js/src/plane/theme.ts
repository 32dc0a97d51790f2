import { onPreferencesChange } from '../preferences';
import { luminance, parseRgb, Rgb } from './colours';

/** What the canvas needs to know of the page's style. */
export interface Theme {
  light: boolean;
  background: string;
  ink: string;
  muted: string;
  grid: string;
  ghost: string;
  font: string;
}

const FALLBACK = { light: [255, 255, 255] as Rgb, font: 'system-ui, sans-serif' };

/**
 * Read the theme from the CSS variables in force at `element`.
 *
 * Called at every paint: a change of theme needs no bookkeeping beyond painting again.
 */
export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const background = parseRgb(style.backgroundColor) ?? FALLBACK.light;
  const light = luminance(background) > 0.4;
  const variable = (name: string, fallback: string): string =>
    style.getPropertyValue(name).trim() || fallback;
  return {
    light,
    background: `rgb(${background.join(', ')})`,
    ink: variable('--glow-ink', light ? '#212121' : '#eeeeee'),
    muted: variable('--glow-muted', light ? '#616161' : '#bdbdbd'),
    grid: variable('--glow-grid', light ? '#ececec' : '#2b2b2b'),
    ghost: variable('--glow-ghost', light ? '#9e9e9e' : '#757575'),
    font: style.fontFamily || FALLBACK.font
  };
}

/** Call `changed` whenever JupyterLab's theme, the system's or the reader's colours change. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  const attributeFilter = ['data-jp-theme-name', 'data-jp-theme-light', 'class'];
  observer.observe(document.body, { attributes: true, attributeFilter });
  // Not everywhere: some embedding pages and test environments lack it.
  const scheme = window.matchMedia?.('(prefers-color-scheme: dark)');
  scheme?.addEventListener('change', changed);
  const forget = onPreferencesChange(changed);
  return () => {
    forget();
    observer.disconnect();
    scheme?.removeEventListener('change', changed);
  };
}
