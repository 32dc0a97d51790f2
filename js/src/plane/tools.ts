import { el, onEscape } from '../dom';
import { strings } from '../strings';
import { icon, IconName } from './icons';

/** A button with a picture. */
export function tool(
  name: IconName,
  label: string,
  testid: string,
  action: (button: HTMLButtonElement) => void
): HTMLButtonElement {
  const button = el(
    'button',
    {
      class: 'glow-tool',
      testid,
      attributes: { type: 'button', title: label, 'aria-label': label },
      on: { click: () => action(button) }
    },
    icon(name)
  );
  return button;
}

/** The button that shows and hides the band; it is there only where there is a spread. */
export class BandSwitch {
  readonly element = tool('band', strings.plane.band, 'glow-band', () => this.toggle());
  private shown = true;

  /** @param changed Called when the reader switched. */
  constructor(private readonly changed: () => void) {
    this.element.hidden = true;
    this.element.setAttribute('aria-pressed', 'true');
  }

  get on(): boolean {
    return this.shown;
  }

  private toggle(): void {
    this.shown = !this.shown;
    this.element.setAttribute('aria-pressed', String(this.shown));
    this.changed();
  }
}

/** The button that opens and closes a panel; Escape within the panel closes it too. */
export function opener(
  name: IconName,
  label: string,
  testid: string,
  panel: HTMLElement
): HTMLElement {
  const show = (open: boolean): void => {
    panel.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
  };
  const button = tool(name, label, testid, () => show(panel.hidden));
  button.setAttribute('aria-expanded', 'false');
  onEscape(panel, () => {
    show(false);
    button.focus();
  });
  return button;
}
