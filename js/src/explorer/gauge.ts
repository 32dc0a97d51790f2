import { scaleLinear } from 'd3-scale';

import { el } from '../dom';
import { formatCoordinate, formatNumber, settingsInWords } from '../format';
import { strings } from '../strings';
import type { Known, KnownAnswer } from './known';
import { Panel, whenSized } from './panel';
import { svg } from './svg';

const HEIGHT = 190;
const MARGIN = { left: 46, right: 10, top: 22, bottom: 38 };
const AXES = ['xt', 'ty'] as const;

/**
 * Estimates beside known information: problems that look like the touched layer, made by a kernel.
 * A point on the diagonal is right; what is below is missed, what is above is made up.
 */
export class KnownAnswerGauge {
  readonly panel: Panel;
  private readonly button = el('button', {
    class: 'glow-button',
    testid: 'glow-ask-known',
    text: strings.explorer.known.ask,
    attributes: { type: 'button', title: strings.explorer.known.hint },
    on: { click: () => this.ask() }
  });
  private readonly picture = svg('svg', { class: 'glow-chart-svg glow-still', role: 'img' });
  private readonly release: () => void;
  private content: Known | null = null;
  private setting = '';

  /** @param ask Called when the reader wants answers. */
  constructor(private readonly ask: () => void) {
    this.panel = new Panel(strings.explorer.known.title, 'glow-known', this.button);
    this.panel.body.append(this.picture);
    this.panel.body.hidden = true;
    this.release = whenSized(this.panel.element, () => this.draw());
  }

  get element(): HTMLElement {
    return this.panel.element;
  }

  /** Say that answers are being made, or why there are none. */
  say(text: string): void {
    this.panel.say(text);
  }

  /**
   * Show answers; null where there are none at this setting.
   *
   * @param possible Whether answers can be had: of a kernel, for information in bits.
   * @param setting The setting in words.
   */
  show(content: Known | null, possible: boolean, setting: string): void {
    const changed = content !== this.content || setting !== this.setting;
    this.content = content;
    this.setting = setting;
    this.button.hidden = !possible;
    this.element.hidden = !possible && content === null;
    this.panel.body.hidden = content === null;
    if (content && changed) {
      this.describe(content);
      this.draw();
    } else if (changed) {
      this.panel.say('');
    }
  }

  dispose(): void {
    this.release();
  }

  private describe({ answers, estimator, settings, layer, epoch }: Known): void {
    const setting = [estimator, settingsInWords(settings)].filter(Boolean).join(', ');
    const text = `${strings.explorer.known.what(setting, layer, epoch)}. ${worst(answers)}`;
    this.panel.say(text);
    this.picture.setAttribute('aria-label', `${text} ${inWords(answers)}`);
    this.picture.dataset.answers = String(answers.length);
  }

  private draw(): void {
    const width = this.panel.element.clientWidth;
    if (this.content && width) {
      const { answers } = this.content;
      this.picture.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
      this.picture.setAttribute('height', String(HEIGHT));
      const half = width / 2;
      this.picture.replaceChildren(
        ...AXES.map((axis, i) =>
          svg('g', { transform: `translate(${i * half}, 0)` }, ...drawAxis(axis, answers, half - 8))
        )
      );
    }
  }
}

const NAMES = { xt: 'I(X;T)', ty: 'I(T;Y)' } as const;

function worst(answers: readonly KnownAnswer[]): string {
  return AXES.map(axis => {
    const own = answers.filter(({ coordinate }) => coordinate === axis);
    const biases = own.map(({ estimate, known }) => estimate - known);
    const most = biases.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    return strings.explorer.known.off(NAMES[axis], formatCoordinate(most, 'bits'));
  }).join(' ');
}

function inWords(answers: readonly KnownAnswer[]): string {
  return answers
    .map(({ coordinate, known, estimate }) =>
      strings.explorer.known.answer(
        NAMES[coordinate],
        formatCoordinate(known),
        formatCoordinate(estimate, 'bits')
      )
    )
    .join(' ');
}

function drawAxis(axis: 'xt' | 'ty', answers: readonly KnownAnswer[], width: number): SVGElement[] {
  const own = answers.filter(({ coordinate }) => coordinate === axis);
  const most = Math.max(0.1, ...own.flatMap(({ known, estimate }) => [known, estimate])) * 1.08;
  const least = Math.min(0, ...own.map(({ estimate }) => estimate)) * 1.08;
  const [right, bottom] = [width - MARGIN.right, HEIGHT - MARGIN.bottom];
  const x = scaleLinear([0, most], [MARGIN.left, right]);
  const y = scaleLinear([least, most], [bottom, MARGIN.top]);
  const { known } = strings.explorer;
  const middle = (MARGIN.left + right) / 2;
  return [
    svg(
      'text',
      { class: 'glow-axis-name', x: middle, y: 12 },
      strings.plane.axis(NAMES[axis], 'bits')
    ),
    ...y
      .ticks(4)
      .flatMap(value => [
        svg('line', { class: 'glow-grid', x1: MARGIN.left, x2: right, y1: y(value), y2: y(value) }),
        svg(
          'text',
          { x: MARGIN.left - 6, y: y(value) + 4, 'text-anchor': 'end' },
          formatNumber(value)
        )
      ]),
    ...x
      .ticks(Math.max(2, Math.min(5, Math.floor((right - MARGIN.left) / 40))))
      .map(value =>
        svg('text', { x: x(value), y: bottom + 16, 'text-anchor': 'middle' }, formatNumber(value))
      ),
    svg('line', { class: 'glow-axis', x1: MARGIN.left, x2: right, y1: bottom, y2: bottom }),
    svg('line', { class: 'glow-cursor', x1: x(0), y1: y(0), x2: x(most), y2: y(most) }),
    ...own.flatMap(answer => [
      svg('line', {
        class: 'glow-answer',
        x1: x(answer.known),
        x2: x(answer.known),
        y1: y(answer.estimate - answer.sd),
        y2: y(answer.estimate + answer.sd)
      }),
      svg('circle', { class: 'glow-answer', cx: x(answer.known), cy: y(answer.estimate), r: 4 })
    ]),
    svg('text', { class: 'glow-axis-name', x: middle, y: HEIGHT - 4 }, known.known),
    svg(
      'text',
      {
        class: 'glow-axis-name',
        transform: `translate(11, ${(MARGIN.top + bottom) / 2}) rotate(-90)`
      },
      known.estimate
    )
  ];
}
