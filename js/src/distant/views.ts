import type { JSONObject } from '@lumino/coreutils';

import { Announcer } from '../announcer';
import { drawCurves, readHistory } from '../curves';
import { el } from '../dom';
import { Explorer } from '../explorer';
import { Hearing } from '../hearing';
import { preferences } from '../preferences';
import { Progress } from '../progress';
import { type Action, isFinal, readProgress } from '../progress-state';
import { runs } from '../runs';
import { strings } from '../strings';
import { throttle } from '../throttle';
import type { DistantWidget } from './widget';

/** Milliseconds between two requests for the curves. */
const CURVES_INTERVAL = 2000;

const refreshInterval = (): number => 1000 / preferences().refreshRate;

/** Shows what a distant widget publishes. */
export interface DistantView {
  readonly element: HTMLElement;
  /** Take over some of the widget's traits. */
  show(traits: JSONObject): void;
  dispose(): void;
}

/** A training; its curves are drawn as after its end, for bqplot's models are out of reach too. */
export class DistantTraining implements DistantView {
  readonly element: HTMLElement;
  private readonly chart = el('div');
  private readonly progress = new Progress(action => this.ask(action), this.chart);
  private readonly draw = throttle((state: unknown) => this.progress.show(state), refreshInterval);
  private readonly askForCurves = throttle(
    (action: string) => this.distant.send({ action }),
    CURVES_INTERVAL
  );
  private readonly hearing = new Hearing(
    () => this.distant.send({ action: 'hello' }),
    () => true,
    () => this.progress.reach(this.hearing.reach)
  );
  private readonly announcer = new Announcer();
  private joined = false;

  constructor(private readonly distant: DistantWidget) {
    this.element = this.progress.element;
    this.progress.reach(this.hearing.reach);
    distant.told.connect((_, content) => this.take(content));
    distant.ended.connect(() => this.end());
    this.hearing.start();
  }

  show({ state }: JSONObject): void {
    if (!state) {
      return;
    }
    const progress = readProgress(state);
    this.draw(state);
    this.announcer.tell(progress);
    this.join(state);
    if (!isFinal(progress.status)) {
      this.askForCurves('history');
    }
  }

  dispose(): void {
    this.hearing.stop();
  }

  private ask(action: Action): void {
    if (action === 'stop' && this.hearing.reach === 'interrupt') {
      void this.distant.kernel.interrupt();
    } else {
      this.distant.send({ action });
    }
  }

  private take({ action, history }: JSONObject): void {
    if (action === 'hello') {
      this.hearing.heard();
    } else if (action === 'history') {
      this.chart.replaceChildren(...drawCurves(readHistory(history)));
    }
  }

  /** The list of runs shows it as if the page had always known it. */
  private join(state: unknown): void {
    const { id, kernel } = this.distant;
    if (this.joined) {
      runs.update(id, state);
    } else {
      this.joined = true;
      runs.join({ id, kernel: kernel.id, send: action => this.ask(action) }, state);
    }
  }

  private end(): void {
    this.hearing.stop();
    runs.leave(this.distant.id, strings.lab.kernelLost);
  }
}

/** A plane; reading it asks nothing of the kernel. */
export class DistantPlane implements DistantView {
  readonly element: HTMLElement;
  private readonly explorer = new Explorer();
  private readonly draw = throttle(
    (plane: unknown) => this.explorer.setDocument(plane),
    refreshInterval
  );
  private run = '';

  constructor(private readonly distant: DistantWidget) {
    this.element = this.explorer.element;
    distant.ended.connect(() => runs.hidePlane(distant.id));
  }

  show({ document, run }: JSONObject): void {
    this.run = typeof run === 'string' ? run : this.run;
    if (document) {
      this.draw(document);
      const { id, kernel } = this.distant;
      runs.showPlane(id, { kernel: kernel.id, run: this.run, document });
    }
  }

  dispose(): void {
    runs.hidePlane(this.distant.id);
    this.explorer.dispose();
  }
}
