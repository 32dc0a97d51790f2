import type { Point } from '../plane/points';
import { strings } from '../strings';
import type { Companions } from './companions';
import { readAnswers } from './gauge';
import { readHistograms } from './histogram-data';
import type { ExplorerState } from './state';

/** What an explorer and its kernel tell each other. */
export interface Message {
  action: string;
  [name: string]: unknown;
}

/** What the touched point needs of its explorer. */
export interface TouchedHooks {
  ask(message: Message): void;
  /** A kernel's answer could not be read. */
  failed(reason: string): void;
}

/** Milliseconds that a pointer rests on a point before the kernel is asked about it. */
const REST_MS = 150;

/** The point that was touched last, and what a kernel is asked about it. */
export class TouchedPoint {
  private resting: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  private askedFor = '';

  constructor(
    private readonly state: ExplorerState,
    private readonly companions: Companions,
    private readonly hooks: TouchedHooks
  ) {}

  /** A point is read: show the activations behind it. */
  touch(point: Point): void {
    this.companions.touch(point);
    const { shown } = this.state;
    if (shown) {
      this.companions.showHistogram(this.state, shown);
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
      this.asked += 1;
      this.askedFor = strings.explorer.known.what(shown.heading, name, at);
      this.companions.gauge.say(strings.explorer.known.asking);
      const wish = { recording, estimator, settings, layer: name, epoch: at };
      this.hooks.ask({ action: 'calibrate', ...wish, serial: this.asked });
    }
  }

  /** Take a kernel's histograms or known answers. */
  take(message: Message): void {
    try {
      if (message.action === 'histogram') {
        this.takeHistogram(message);
      } else if (message.serial === this.asked) {
        this.companions.gauge.show({ what: this.askedFor, answers: readAnswers(message.rows) });
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.hooks.failed(strings.explorer.badAnswer(reason));
    }
  }

  dispose(): void {
    clearTimeout(this.resting);
  }

  private takeHistogram({ recording, table }: Message): void {
    this.state.addHistograms(String(recording), readHistograms(table, 'histogram'));
    const { shown } = this.state;
    if (shown) {
      this.companions.showHistogram(this.state, shown);
    }
  }

  private count(): void {
    const { exact, selection, shown } = this.state;
    const epoch = shown?.recording.epochs[this.companions.pointOn(shown).epoch];
    const known = this.state.histograms(selection.recording)?.byEpoch;
    if (exact && epoch !== undefined && !known?.has(epoch)) {
      const { recording, estimator } = selection;
      this.hooks.ask({ action: 'histogram', recording, estimator, epoch });
    }
  }
}
