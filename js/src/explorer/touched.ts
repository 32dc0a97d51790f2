import type { Point } from '../plane/points';
import { strings } from '../strings';
import type { Companions } from './companions';
import { readHistograms } from './histogram-data';
import type { ExplorerState } from './state';

/** What an explorer and its kernel tell each other. */
export interface Message {
  action: string;
  [name: string]: unknown;
}

/** Milliseconds that a pointer rests on a point before the kernel is asked about it. */
const REST_MS = 150;

/** The point that was touched last, and what a kernel is asked about it. */
export class TouchedPoint {
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly state: ExplorerState,
    private readonly companions: Companions,
    private readonly ask: (message: Message) => void
  ) {}

  /** A point is read: show the activations behind it. */
  touch(point: Point): void {
    this.companions.touch(point);
    const { shown } = this.state;
    if (shown) {
      this.companions.showTouched(this.state, shown);
    }
    this.countSoon();
  }

  /** Ask the kernel for the touched epoch's histograms, once the pointer rests. */
  countSoon(): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.count(), REST_MS);
  }

  /** Ask the kernel for problems of known information that look like the touched point. */
  askKnown(): void {
    const { shown, selection } = this.state;
    if (shown) {
      const { epoch, layer } = this.companions.pointOn(shown);
      const [name, at] = [shown.recording.layers[layer], shown.recording.epochs[epoch]];
      const { recording, estimator, settings } = selection;
      this.companions.gauge.say(strings.explorer.known.asking);
      const wish = { recording, estimator, settings, layer: name, epoch: at };
      this.ask({ action: 'calibrate', ...wish });
    }
  }

  /** Take a kernel's histograms or known answers; throws DocumentError where they are malformed. */
  take({ action, recording, table, ...rest }: Message): void {
    const { library, shown } = this.state;
    if (action === 'known') {
      library.addKnown({ recording, ...rest });
    } else {
      library.addHistograms(String(recording), readHistograms(table, 'histogram'));
    }
    if (shown) {
      this.companions.showTouched(this.state, shown);
    }
  }

  dispose(): void {
    clearTimeout(this.resting);
  }

  private count(): void {
    const { exact, selection, shown } = this.state;
    const epoch = shown?.recording.epochs[this.companions.pointOn(shown).epoch];
    const known = this.state.library.histograms(selection.recording)?.byEpoch;
    if (exact && epoch !== undefined && !known?.has(epoch)) {
      const { recording, estimator } = selection;
      this.ask({ action: 'histogram', recording, estimator, epoch });
    }
  }
}
