/** The colour maps a reader can choose for epochs. */
export const PALETTES = ['plasma', 'viridis', 'cividis', 'grey'] as const;
export type Palette = (typeof PALETTES)[number];

/** What a reader prefers, wherever planes and trainings are shown. */
export interface Preferences {
  palette: Palette;
  /** Most updates a second that a live view shows. */
  refreshRate: number;
  /** Whether the panel opens when a training begins. */
  autoshow: boolean;
  /** Seconds a training must take for its end to be told when nobody is looking. */
  notifyAfter: number;
}

export const DEFAULTS: Preferences = {
  palette: 'plasma',
  refreshRate: 5,
  autoshow: false,
  notifyAfter: 30
};

let current = DEFAULTS;
const listeners = new Set<() => void>();

export function preferences(): Preferences {
  return current;
}

/** Change some preferences; views on the page follow at once. */
export function setPreferences(changes: Partial<Preferences>): void {
  current = { ...current, ...changes };
  listeners.forEach(listener => listener());
}

/** Call `changed` at every change; returns what ends that. */
export function onPreferencesChange(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
