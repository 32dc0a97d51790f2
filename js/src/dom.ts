/** What an element is made with; text is always set as text, never as HTML. */
export interface ElementOptions {
  class?: string;
  testid?: string;
  text?: string;
  attributes?: Record<string, string>;
  on?: Record<string, (event: Event) => void>;
}

/** Make an element with its attributes, listeners and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
  ...children: Node[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (options.class) {
    element.className = options.class;
  }
  if (options.testid) {
    element.dataset.testid = options.testid;
  }
  if (options.text !== undefined) {
    element.textContent = options.text;
  }
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    element.setAttribute(name, value);
  }
  for (const [type, listener] of Object.entries(options.on ?? {})) {
    element.addEventListener(type, listener);
  }
  element.append(...children);
  return element;
}

/** Set an element's text only where it differs, which spares layout and live regions. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/**
 * Keeps JupyterLab's shortcuts away from an element that uses the keys itself: in a notebook the
 * arrow keys would otherwise select another cell.
 */
export const ownKeys = { 'data-lm-suppress-shortcuts': 'true' } as const;

/** Call `leave` when Escape is pressed within an element; nothing around it hears of the key. */
export function onEscape(element: HTMLElement, leave: () => void): void {
  element.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      leave();
    }
  });
}

let nextId = 0;

/** An id no other element of the page has, for labels and descriptions. */
export function uniqueId(): string {
  nextId += 1;
  return `glow-${nextId}`;
}
