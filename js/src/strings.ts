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
    lacking: (layer: string, count: number, reason: string): string =>
      `${layer}: ${count} ${count === 1 ? 'point' : 'points'} missing${reason ? `. ${reason}` : ''}`,
    axis: (label: string, unit: string): string => (unit ? `${label} (${unit})` : label),
    refused: (reasons: readonly string[]): string =>
      `The estimator refused points: ${reasons[0]}` +
      (reasons.length > 1 ? ` (and for ${reasons.length - 1} other reasons).` : '.'),
    ceilings: {
      xt: (value: string): string => `log₂ N = ${value}`,
      ty: (value: string): string => `H(Y) = ${value}`
    },
    provenance: (samples: number, runs: number): string =>
      `${samples} samples, ` + (runs > 1 ? `mean of ${runs} runs` : 'one run'),
    doubt: (label: string, verdict: string, at: string): string =>
      `${label}: ${verdict}${at ? ` (judged at ${at}, the nearest)` : ''}`,
    trusted: (at: string): string =>
      `Nothing speaks against it${at ? ` at ${at}, the nearest that was judged` : ''}.`,
    unjudged: 'Not judged by the estimator.',
    notJudged: (points: number, all: number): string =>
      points < all
        ? `Being judged: ${points} of ${all} points still to come.`
        : 'Not judged yet: until then a solid mark is no sign of trust.',
    judgedNear: (at: string): string => `Judged at ${at}, the nearest there is a judgement of.`,
    aboveCeiling: (label: string, ceiling: string, unit: string): string =>
      `${label}: above the ceiling ${ceiling} ${unit}`.trim() + ', which no true value exceeds',
    outOfOrder: (label: string, layer: string): string =>
      `${label}: more than in the earlier layer ${layer}, which no function of that layer can have`,
    openMarks: (points: number, reasons: string[]): string =>
      `Open marks: ${points} ${points === 1 ? 'point' : 'points'} not to be taken at face value ` +
      `(${reasons.join(', ')}). Point at one to read why.`,
    reasons: {
      ceiling: (count: number): string => `${count} above a ceiling`,
      order: (count: number): string => `${count} out of layer order`,
      verdict: (count: number): string => `${count} by the estimator’s own verdict`
    },
    plusMinus: (value: string, spread: string): string => `${value} ± ${spread}`,
    spread: {
      runs: (runs: number): string => `Band: ± one standard deviation over ${runs} runs.`,
      samples: (): string => 'Band: ± one standard error from halves of the probe set.'
    },
    zoomIn: 'Zoom in (Ctrl and wheel)',
    zoomOut: 'Zoom out (Ctrl and wheel)',
    zoomReset: 'Reset the view and follow new epochs',
    band: 'Show the spread as a band',
    save: 'Save picture or data',
    saveSize: 'Size',
    saveSizes: {
      column: 'One column, 89 mm',
      page: 'Page width, 183 mm',
      slide: 'Slide, 1920 pixels'
    },
    saveAs: (format: string): string => `Save as ${format}`,
    saved: (name: string): string => `Saved ${name}.`,
    notSaved: (reason: string): string => `The picture could not be saved. ${reason}`,
    noCanvas: 'This browser made no picture of that size; choose a smaller one, or SVG.',
    openMark: 'open: doubtful',
    ghostMark: 'previous setting',
    bandMark: { runs: '± s.d. over runs', samples: '± s.e. of samples' },
    play: 'Play',
    pause: 'Pause',
    motionQuestion: 'Your system asks for reduced motion. Play all the same?',
    notNow: 'Not now',
    legend: 'Layers',
    legendHint: (layer: string): string =>
      `${layer}: click to show or hide, double click (or Shift and Enter) to show it alone`,
    epoch: 'Epoch',
    epochSlider: 'Show trajectories up to this epoch',
    epochRange: (first: number, last: number): string =>
      first === last ? `${last}` : `${first} – ${last}`,
    epochText: (epoch: number): string => `epoch ${epoch}`
  },
  table: {
    title: 'Data table',
    caption: (heading: string): string => `${heading}. ° marks values to be doubted.`,
    doubted: (value: string): string => `${value}°`,
    missing: '–'
  },
  summary: {
    head: (what: string): string => `Information plane. ${what}.`,
    extent: (layers: number, first: number, last: number): string =>
      `${layers} ${layers === 1 ? 'layer' : 'layers'}, epochs ${first} to ${last}.`,
    layer: (layer: string, x: string, y: string, epoch: number): string =>
      `${layer}: ${x}, ${y} at epoch ${epoch}`,
    peak: (drop: string, label: string): string => `${label} is ${drop} below its peak`,
    missing: (layer: string): string => `${layer}: no values`,
    doubted: (points: number): string =>
      `${points} ${points === 1 ? 'point is' : 'points are'} to be doubted.`,
    hint:
      'Arrow keys, Home and End read single points; plus and minus zoom, Shift with arrow keys ' +
      'moves the view, 0 resets it. A table of all values follows.'
  },
  explorer: {
    recording: 'Recording',
    estimator: 'Estimator',
    reset: 'Reset',
    resetHint: (value: string): string => `Back to the default, ${value}`,
    home: (value: string): string => `default ${value}`,
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
    beside: 'Side by side',
    ofRecording: (what: string, recording: string): string => `${what} (in ${recording})`,
    showing: (recording: string, settings: string): string => `${recording}, still at ${settings}`,
    preset: 'As in',
    noPreset: 'own settings',
    presetDiffers: (paper: string, differs: string): string => `${paper}. Differs: ${differs}`,
    leftOut: (estimators: string): string => `saved without ${estimators}, for want of room`,
    copy: 'Copy as Python',
    copied: 'Copied',
    copyHint: 'One line of Python that reproduces this plane',
    strip: {
      title: 'Planes across the setting',
      across: (name: string): string => `Planes across ${name}`
    },
    sensitivity: {
      title: 'Does compression survive the setting?',
      axis: (unit: string): string => `lost from the peak${unit ? ` (${unit})` : ''}`,
      holds: (setting: string, layers: string[], range: string): string =>
        `At ${setting}, ${layers.join(', ')} ${layers.length === 1 ? 'compresses' : 'compress'}` +
        `${range}.`,
      oneRun: (setting: string, layers: string[], losses: string[], range: string): string =>
        `In this one run, at ${setting}, ${layers.join(', ')} ` +
        `${layers.length === 1 ? 'falls' : 'fall'} after the peak (by ${losses.join(', ')})` +
        `${range}. One run is no evidence.`,
      range: (low: string, high: string, all: boolean): string =>
        all
          ? '; so at every kept value'
          : low === high
            ? '; not so at its neighbours'
            : `; so all the way from ${low} to ${high}`,
      nearest: (setting: string): string => `${setting} (the nearest kept)`,
      none: (setting: string, unit: string): string =>
        `At ${setting}, no layer loses more than noise would show` +
        `${unit === 'bits' ? ' and than 0.1 bits' : ''}.`,
      apart: 'The lines run through default settings, not through this one.',
      ceiling: (layers: string[]): string => `At the ceiling, hence unknown: ${layers.join(', ')}.`,
      figure: (layer: string, loss: string, counts: boolean): string =>
        `${layer} ${loss}${counts ? ', more than noise' : ''}.`
    },
    histogram: {
      title: 'Activations',
      of: (layer: string, epoch: number): string => `Activations of ${layer} at epoch ${epoch}`,
      nearest: (epoch: number): string => `Shown: epoch ${epoch}, the nearest that is kept.`,
      cells: (count: number, low: string, high: string, width: string): string =>
        `${count} ${count === 1 ? 'cell' : 'cells'} from ${low} to ${high}` +
        (width ? `, each ${width} wide.` : '.'),
      kernel: (deviation: string): string => `Kernel of standard deviation ${deviation}.`,
      noRuler: 'This estimator looks at whole vectors: it has no cells or kernel in one unit.',
      percent: (share: string): string => `${share} %`,
      activation: 'activation',
      share: 'share of values (root scale)',
      waiting: 'Counting …'
    },
    known: {
      title: 'Known answers',
      ask: 'Ask for known answers',
      hint: 'Estimates samples that look like the touched layer but whose information is known',
      asking: 'Asking for known answers …',
      what: (estimator: string, layer: string, epoch: number): string =>
        `${estimator} on samples that look like ${layer} at epoch ${epoch}`,
      off: (name: string, bias: string): string => `${name} off by up to ${bias}.`,
      answer: (name: string, known: string, estimate: string): string =>
        `${name} known ${known}, estimated ${estimate}.`,
      known: 'known',
      estimate: 'estimated'
    },
    nothingKept: 'This notebook was saved before there was a plane. Run the cell again to see one.',
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
      diverged: 'Diverged',
      failed: 'Failed',
      done: 'Done'
    },
    stop: 'Stop',
    stopHint: 'End the training after the batch under way; the history is kept',
    stopping: 'Stopping …',
    pause: 'Pause',
    pausing: 'Pausing …',
    resume: 'Resume',
    resuming: 'Resuming …',
    step: 'Step',
    stepHint: 'While paused: run one batch, then pause again',
    stepEpoch: 'Step epoch',
    stepEpochHint: 'While paused: run to the end of the epoch, then pause again',
    reach: {
      interrupt:
        'This kernel answers clicks only between cells: Pause and Step are off, and Stop interrupts ' +
        'the kernel. The history is kept.',
      nowhere:
        'This kernel answers clicks only between cells. To stop, interrupt the kernel (■ in the ' +
        'toolbar). The history is kept.'
    },
    disconnected: {
      training:
        'This display lost its training when the page was loaded anew. The training goes on in the ' +
        'kernel as long as its cell runs; interrupt the kernel (■ in the toolbar) to end it. ' +
        'Nothing is lost: model.history holds the values, model.recording what was recorded.',
      plane:
        'The plane of that training comes back with ' +
        'glow_widgets.EstimatorExplorer(model.recording) once its cell has ended.'
    },
    metrics: 'Metrics',
    metric: 'Metric',
    training: 'Training',
    validation: 'Validation',
    noValue: '–',
    curves: (name: string): string => `${name} over epochs: training solid, validation dashed`,
    announceStatus: (status: string, message: string, epoch: number, epochs: number): string =>
      `Training: ${status}${message ? `. ${message}` : ''}. ${epoch} of ${epochs} epochs.`,
    announceEpoch: (epoch: number, epochs: number, values: string): string =>
      `Epoch ${epoch} of ${epochs}: ${values}.`,
    epoch: 'Epoch',
    batch: 'Batch',
    of: (done: number, total: number | null): string => `${done} / ${total ?? '?'}`,
    elapsed: (time: string): string => `${time} elapsed`,
    left: (time: string): string => `${time} left`
  },
  /** Of the JupyterLab extension: translated by JupyterLab, with %1, %2 … for values. */
  lab: {
    category: 'PyGlow',
    panel: 'Training runs',
    panelOf: 'Trainings of %1',
    panelOfAll: 'Trainings',
    emptyTitle: 'No training is running here',
    emptyHint: 'Run a cell that trains a model, and it appears here with its progress and plane:',
    emptyCode: 'model.fit(x, y, epochs=100)',
    emptyLesson: 'Open a lesson',
    runName: 'Training %1',
    runStarted: 'seen since %1',
    unrecorded:
      'No plane: this training is not recorded. Train an IBSequential, or give fit the callback Record().',
    kernelLost: 'The kernel went away.',
    dismiss: 'Remove from the list',
    clear: 'Clear',
    clearHint: 'Remove the trainings that have ended from this list',
    openPanel: 'Show Training Runs',
    openPanelHint: 'Opens the panel with the trainings of the notebook in front',
    stop: 'Stop Training',
    stopHint: 'Ends the training of the notebook in front after the batch under way',
    pause: 'Pause Training',
    resume: 'Resume Training',
    pauseHint: 'Holds the training of the notebook in front, or lets it go on',
    noRun: 'Not available: no training is running in the notebook in front',
    runStopping: 'Not available: the training is already stopping',
    noPlane: 'Not available: neither a training nor a saved plane is in front',
    saveHtml: 'Save Plane as Web Page',
    saveHtmlHint:
      'One HTML file with the plane and its sliders, which needs no kernel and no network',
    saveJson: 'Save Plane as Document',
    saveJsonHint: 'A .glow.json file, which JupyterLab opens without a kernel',
    savePng: 'Save Plane as Picture',
    savePngHint: 'A PNG file of the plane as it is shown',
    noExporter:
      'The web page cannot be written: %1 is missing from the extension. Install PyGlow again.',
    noCanvas: 'There is no picture to save: the plane is not in sight. Bring it into view first.',
    lessonCommand: 'Open Lesson: %1',
    lessonAny: 'Open the First Lesson',
    lessonHint: 'Opens %1',
    lessonAnyHint: 'Opens the first of PyGlow’s lessons',
    lessonMissing:
      'No lesson was found. Expected notebooks such as 01-two-phases.ipynb in the folder where ' +
      'JupyterLab was started, or in its folder “notebooks”. Start JupyterLab in PyGlow’s folder ' +
      '(make lab).',
    noDocuments: 'Not available: documents cannot be opened here',
    statusOne: 'Training: epoch %1 of %2',
    statusPaused: 'Training paused: epoch %1 of %2',
    statusMany: '%1 trainings: %2 %',
    statusHint: 'Show the training runs',
    ended: 'Training %1: %2 (%3)',
    showRun: 'Show',
    badSettings: 'PyGlow uses its default settings, for those saved are not valid. %1',
    viewerLabel: 'Information plane',
    viewerName: 'Information Plane',
    recordingLabel: 'PyGlow recording',
    recordingName: 'Recording'
  },
  /** Of the viewer of recordings; as `lab`. */
  recording: {
    cannotShow:
      'This recording cannot be shown. %1 Open it with the text editor to see what it holds.',
    title: 'Recording %1',
    facts: 'What was recorded',
    epochs: 'Epochs',
    epochsOne: '%1 snapshot, epoch %2',
    epochsMany: '%1 snapshots, from epoch %2 to %3',
    noEpochs: 'none yet',
    runs: 'Networks',
    runsValue: '%1 trained side by side',
    samples: 'Training samples',
    seed: 'Seed',
    keep: 'Stored',
    weights: 'weights; activations are recomputed from them',
    activations: 'activations',
    created: 'Recorded',
    generator: 'Written by',
    size: 'Size',
    sizeOne: '%2 in %1 file',
    sizeMany: '%2 in %1 files',
    layers: 'Layers',
    layer: 'Layer',
    units: 'Shape of T',
    noise: 'Declared noise',
    none: 'none',
    settings: 'Settings of the training',
    explore: 'Estimate in a Console',
    exploreHint: 'Starts a kernel beside this view and offers every estimator on the recording',
    noConsole: 'A console cannot be opened here. Run this in a notebook:',
    byHand: 'Or run this in a notebook:'
  },
  /** As `lab`. */
  mismatch:
    "The two halves of PyGlow differ: the kernel has version %1, JupyterLab's extension %2. What " +
    'is shown below may be wrong or incomplete. Install one version in both places, then restart ' +
    'the kernel and reload this page.',
  page: {
    noDocument:
      'This page holds no plane: the element with the id “glow-document” is missing. Export it again.'
  }
} as const;
