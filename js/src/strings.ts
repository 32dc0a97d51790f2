/**
 * Every string a person can see or hear, in one table.
 *
 * Entries with values in them are functions, so that word order can change with the language.
 */
export const strings = {
  plane: {
    empty: 'No plane yet. It appears with the first recorded epoch.',
    noPoints: 'No points to draw: the plane holds no epochs or no layers.',
    cannotShow: (reason: string): string => `This plane cannot be shown. ${reason}`,
    notEstimated: (count: number, all: number): string =>
      `${count} of ${all} epochs are not estimated under this setting.`,
    dropped: (count: number): string =>
      `${count} ${count === 1 ? 'point is' : 'points are'} not drawn: ` +
      `${count === 1 ? 'its value is' : 'their values are'} missing or not finite.`,
    axis: (label: string, unit: string): string => (unit ? `${label} (${unit})` : label),
    xCeiling: (value: string): string => `log₂ N = ${value}`,
    yCeiling: (value: string): string => `H(Y) = ${value}`,
    provenance: (samples: number, runs: number): string =>
      `${samples} samples, ` + (runs > 1 ? `mean of ${runs} runs` : 'one run'),
    doubt: (label: string, verdict: string): string => `${label}: ${verdict}`,
    zoomIn: 'Zoom in (Ctrl and wheel)',
    zoomOut: 'Zoom out (Ctrl and wheel)',
    zoomReset: 'Reset the view',
    legend: 'Layers',
    legendHint: (layer: string): string =>
      `${layer}: click to show or hide, double click (or Shift and Enter) to show it alone`,
    epoch: 'Epoch',
    epochSlider: 'Show trajectories up to this epoch',
    epochRange: (first: number, last: number): string =>
      first === last ? `${last}` : `${first} – ${last}`,
    epochText: (epoch: number): string => `epoch ${epoch}`
  },
  summary: {
    head: (what: string): string => `Information plane. ${what}.`,
    extent: (layers: number, first: number, last: number): string =>
      `${layers} ${layers === 1 ? 'layer' : 'layers'}, epochs ${first} to ${last}.`,
    layer: (layer: string, x: string, y: string, epoch: number): string =>
      `${layer}: ${x}, ${y} at epoch ${epoch}`,
    peak: (drop: string, label: string): string => `${label} is ${drop} below its peak`,
    missing: (layer: string): string => `${layer}: no values`,
    hint: 'Arrow keys read single points.'
  },
  explorer: {
    recording: 'Recording',
    estimator: 'Estimator',
    reset: 'Reset',
    resetHint: (value: string): string => `Back to the default, ${value}`,
    ghost: 'Ghost of the previous setting',
    ghostOf: (what: string): string => `Ghost: ${what}`,
    exactValue: (name: string): string => `${name}, exact value`,
    range: (low: string, high: string, unit: string): string =>
      `${low} to ${high}${unit ? ` ${unit}` : ''}`,
    none: 'none',
    orWord: (range: string, word: string): string => `${range}, or ${word}`,
    notNumber: (name: string, typed: string, low: string, high: string, word: string): string =>
      `${name} must be a number from ${low} to ${high}${word ? ` or “${word}”` : ''}, got “${typed}”.`,
    notInteger: (name: string, typed: string, low: string, high: string): string =>
      `${name} must be a whole number from ${low} to ${high}, got ${typed}.`,
    outOfRange: (name: string, typed: string, low: string, high: string): string =>
      `${name} must be from ${low} to ${high}, got ${typed}.`,
    snapped: (name: string, wanted: string, drawn: string): string =>
      `${name} ${wanted} is not kept; showing the nearest, ${drawn}.`,
    computing: (settings: string): string => `Computing ${settings} …`,
    arriving: (settings: string, done: number, all: number): string =>
      `${settings}: ${done} of ${all} epochs so far`,
    estimating: (estimator: string): string => `Estimating ${estimator} …`,
    between: (shown: string): string => `Showing ${shown} until you let go.`,
    wentBack: (names: string[]): string =>
      `${names.join(', ')} went back: curves are kept along one slider at a time. ` +
      'A kernel can estimate any combination.',
    error: (amount: string): string => `between kept values: error up to ${amount}`,
    onRelease: 'estimated when you let go',
    cancel: 'Cancel',
    cancelHint: 'Stop computing and stay with the plane that is shown',
    setting: (name: string, value: string): string => `${name} ${value}`,
    badAnswer: (reason: string): string => `The kernel's answer cannot be shown. ${reason}`
  },
  progress: {
    label: 'Training progress',
    status: {
      running: 'Running',
      paused: 'Paused',
      stopping: 'Stopping',
      stopped: 'Stopped',
      interrupted: 'Interrupted',
      failed: 'Failed',
      done: 'Done'
    },
    stop: 'Stop',
    stopping: 'Stopping …',
    pause: 'Pause',
    pausing: 'Pausing …',
    resume: 'Resume',
    resuming: 'Resuming …',
    epoch: 'Epoch',
    batch: 'Batch',
    of: (done: number, total: number | null): string => `${done} / ${total ?? '?'}`,
    elapsed: (time: string): string => `${time} elapsed`,
    left: (time: string): string => `${time} left`
  },
  lab: {
    category: 'PyGlow',
    openLesson: 'Open the First Lesson',
    openLessonHint: 'Opens 01-two-phases.ipynb',
    lessonMissing:
      'The first lesson was not found. Expected 01-two-phases.ipynb in the folder where JupyterLab ' +
      'was started, or in its folder “notebooks”. Start JupyterLab in PyGlow’s folder (make lab).',
    viewerLabel: 'Information plane',
    viewerName: 'Information Plane'
  },
  page: {
    noDocument:
      'This page holds no plane: the element with the id “glow-document” is missing. Export it again.'
  }
} as const;
