import { describe, expect, it } from 'vitest';
import { html, prose } from '../../../../functions/audit/report/html.ts';
import { render } from '../../../../functions/audit/report/page/pages.ts';
import { HOSTILE_TEXTS, poisoned } from './hostile.ts';
import { realisticReport } from './realistic.ts';

const report = realisticReport();
const harmless = structure(render(poisoned(report, 'harmless')));

/** The elements of a page with the names of their attributes, without its text. */
function structure(page: string): string[] {
  const markup = page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '<$1></$1>');
  return [...markup.matchAll(/<[!/]?[a-z][^>]*>/gi)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
}

/** What a reader sees of the text. */
function shown(page: string): string {
  return page
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');
}

describe.each(HOSTILE_TEXTS)('%s in names, hosts, evidence, certificates and reasons', (_kind, hostile) => {
  const page = render(poisoned(report, hostile));

  it('change no element and no attribute of the page', () => {
    expect(structure(page)).toEqual(harmless);
  });

  it('leave no control, invisible or direction-changing character', () => {
    expect(page).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u);
  });

  it('are shown as the text that they are', () => {
    const visible = hostile.replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, '\uFFFD');
    expect(shown(page)).toContain(visible);
  });

  it('open no way to another address', () => {
    for (const [, address] of page.matchAll(/\shref="([^"]*)"/g)) {
      expect(address).toMatch(/^(#[\w-]+|https:\/\/[\w.-]+\/[\w./#?=&;%-]*|#i-[\w-]+)$/);
    }
  });
});

describe('the template', () => {
  it('escapes text and attributes alike', () => {
    expect(String(html`<p title="${`"'<>&`}">${`"'<>&`}</p>`)).toBe(
      '<p title="&quot;&#39;&lt;&gt;&amp;">&quot;&#39;&lt;&gt;&amp;</p>',
    );
  });

  it('takes nothing read from JSON for markup', () => {
    const forged = JSON.parse('{"markup":"<b>","toString":"<b>"}');
    expect(() => String(html`${forged}`)).toThrow();
  });

  it('marks code between backticks and escapes what is in it', () => {
    expect(prose('set `<b>` now').map(String).join('')).toBe('set <code>&lt;b&gt;</code> now');
  });
});
