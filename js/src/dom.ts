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

/** Whether a key is pressed with Ctrl, Meta or Alt: it belongs to the page around us. */
export function isModified({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey;
}

/**
 * Keeps plain keys, also with Shift, within an element that uses some of them: in a notebook arrows
 * would otherwise select another cell, and letters act on it. Modified keys reach JupyterLab, which
 * its own attribute against shortcuts would not let through.
 */
export function keepKeys<E extends HTMLElement>(element: E): E {
  element.addEventListener('keydown', event => {
    if (!isModified(event)) {
      event.stopPropagation();
    }
  });
  return element;
}

/** Call `leave` when Escape is pressed within an element; nothing around it hears of the key. */
export function onEscape(element: HTMLElement, leave: () => void): void {
  element.addEventListener('keydown', event => {
    if (event.key === 'Escape' && !isModified(event)) {
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
