import { beforeEach, describe, expect, it, vi } from 'vitest';

import { fixture } from './documents';

vi.mock('../style/base.css', () => ({ default: '.glow {}' }));
vi.mock('../style/page.css', () => ({ default: '' }));

/** Load the page script on a page that holds `content`. */
async function open(content: string | null): Promise<void> {
  document.head.replaceChildren();
  document.body.innerHTML = '<div id="glow-root"></div>';
  if (content !== null) {
    const script = document.createElement('script');
    script.type = 'application/json';
    script.id = 'glow-document';
    script.textContent = content;
    document.body.append(script);
  }
  vi.resetModules();
  await import('../src/standalone');
}

const root = (): HTMLElement => document.getElementById('glow-root')!;

describe('stand-alone page', () => {
  beforeEach(() => document.body.replaceChildren());

  it('mounts the explorer with its style', async () => {
    await open(JSON.stringify(fixture()));
    expect(root().querySelector('[data-testid=glow-plane]')).not.toBeNull();
    expect(root().querySelector('h2')!.textContent).toBe('Fixture');
    expect(document.head.querySelector('style')!.textContent).toContain('.glow');
  });

  it('says what is wrong with a broken document', async () => {
    await open('{"format": "glow.plane", "version": 9}');
    expect(root().textContent).toContain('version: expected 1');
  });

  it('says when there is no document', async () => {
    await open(null);
    expect(root().textContent).toContain('glow-document');
  });
});
