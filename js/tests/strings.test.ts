/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs';

import type { TranslationBundle } from '@jupyterlab/translation';
import ts from 'typescript';
import { afterEach, describe, expect, it } from 'vitest';

import { describeRecording } from '../src/lab/recording-view';
import { speak, translation } from '../src/lab/words';
import { mismatch } from '../src/mismatch';

/** What a person sees or hears of an element, as property, attribute or argument. */
const VISIBLE = new Set(
  ['text', 'textContent', 'innerText', 'title', 'label', 'caption', 'displayName'].concat([
    'placeholder',
    'alt',
    'aria-label',
    'aria-description',
    'aria-valuetext',
    'ariaLabel'
  ])
);
const WORD = /\p{L}{2,}/u;

/** Which of a call's arguments is shown; -1 for none. */
function shownArgument({ expression, arguments: args }: ts.CallExpression): number {
  const name = ts.isPropertyAccessExpression(expression)
    ? expression.name.text
    : expression.getText();
  if (name === 'setAttribute') {
    return ts.isStringLiteral(args[0]) && VISIBLE.has(args[0].text) ? 1 : -1;
  }
  return { setText: 1, svg: 2, say: 0, rename: 0, __: 0, _n: 0 }[name] ?? -1;
}

/** The expression that a piece of code puts before a person's eyes, if it does. */
function shown(node: ts.Node): ts.Expression | undefined {
  if (ts.isPropertyAssignment(node)) {
    const name = ts.isStringLiteral(node.name) ? node.name.text : node.name.getText();
    return VISIBLE.has(name) ? node.initializer : undefined;
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    const { left } = node;
    return ts.isPropertyAccessExpression(left) && VISIBLE.has(left.name.text)
      ? node.right
      : undefined;
  }
  return ts.isCallExpression(node) ? node.arguments[shownArgument(node)] : undefined;
}

/** The words an expression can come to without asking the table of strings. */
function literals(node: ts.Expression): string[] {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
    return [node.text];
  }
  if (ts.isTemplateExpression(node)) {
    return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  }
  if (ts.isConditionalExpression(node)) {
    return [...literals(node.whenTrue), ...literals(node.whenFalse)];
  }
  if (ts.isBinaryExpression(node)) {
    return [...literals(node.left), ...literals(node.right)];
  }
  return ts.isParenthesizedExpression(node) ? literals(node.expression) : [];
}

function wordsIn(name: string, source: string): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const expression = shown(node);
    found.push(...(expression ? literals(expression) : []).filter(text => WORD.test(text)));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found.map(text => `${name}: ${text}`);
}

describe('AC-54: every string a person can see comes from one table', () => {
  it('is what the scan looks for', () => {
    const bad = [
      "el('p', { text: 'Hello' })",
      "button.title = on ? 'Stop' : `Go ${there}`",
      "node.setAttribute('aria-label', 'Epoch ' + n)",
      "setText(node, 'some words')"
    ];
    expect(bad.flatMap(source => wordsIn('a.ts', source))).toHaveLength(5);
    const good = "el('p', { class: 'glow', testid: 'glow-x', text: strings.plane.epoch })";
    expect(wordsIn('a.ts', good)).toEqual([]);
  });

  it('holds for every source file', () => {
    const files = readdirSync('js/src', { recursive: true, encoding: 'utf8' }).filter(
      name => name.endsWith('.ts') && name !== 'strings.ts'
    );
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap(name => wordsIn(name, readFileSync(`js/src/${name}`, 'utf8')))).toEqual(
      []
    );
  });
});

/** A language in which every string stands between marks. */
const MARKED = {
  __: (text: string, ...values: unknown[]) => `«${translation(null).__(text, ...values)}»`,
  _n: (one: string, many: string, n: number, ...values: unknown[]) =>
    `«${translation(null)._n(one, many, n, ...values)}»`
} as TranslationBundle;

describe('AC-54: Lab-side strings go through the translator', () => {
  afterEach(() => speak(translation(null)));

  it('in the viewer of recordings, with all its counts', () => {
    const layers = [{ name: 'dense', shape: [3], noise: 0.5 }];
    const header = {
      ...{ format: 'glow.recording', version: 1, generator: 'g', created: '', keep: 'weights' },
      ...{ layers, runs: 2, epochs: [0, 4], settings: { samples: 8, metrics: [] }, seed: 1 }
    };
    const page = document.createElement('div');
    const size = { files: 1, bytes: 2000 };
    page.append(...describeRecording(JSON.stringify(header), 'tanh', size, MARKED));
    const heads = [...page.querySelectorAll('h2, h3, th')].map(node => node.textContent);
    expect(heads.filter(text => !/^«.+»$/.test(text))).toEqual([]);
    expect(page.textContent).toContain('«2 snapshots, from epoch 0 to 4»');
    expect(page.textContent).toContain('«2.0 kB in 1 file»');
    const [broken] = describeRecording('{', 'tanh', null, MARKED);
    expect(broken.textContent).toMatch(/^«This recording cannot be shown.+»$/);
  });

  it('in what is said of two versions', () => {
    speak(MARKED);
    expect(mismatch('0.1.0')!.textContent).toMatch(/^«.+0\.1\.0.+»$/);
  });
});
