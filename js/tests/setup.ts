/** What JupyterLab's packages and ours expect of a browser and jsdom does not have. */

class SilentObserver {
  observe(): void {
    // Nothing ever changes its size here.
  }
  unobserve(): void {
    // See above.
  }
  disconnect(): void {
    // See above.
  }
}

Object.assign(globalThis, {
  DragEvent: class extends Event {},
  ResizeObserver: SilentObserver
});

Object.assign(window, {
  matchMedia: () => ({
    matches: false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined
  })
});

// jsdom has no canvas: it answers null, and says so on the console unless it is told to.
HTMLCanvasElement.prototype.getContext = () => null;
