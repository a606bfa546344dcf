import { describe, expect, it } from 'vitest';
import { explain } from '../../cli/audit.ts';
import { explanation } from '../../cli/picture/audit.ts';
import { PRACTICES } from '../../functions/audit/check.ts';
import { CATALOGUE } from '../../functions/audit/checks/catalogue.ts';
import { keyturn } from './command.ts';

const plain = (_style: unknown, text: string) => text;
const words = (text: string) => text.replace(/\s+/g, ' ');

describe('keyturn explain', () => {
  it('says of a check why it matters, how to fix it and where it is written, offline', async () => {
    const { code, stdout, stderr } = await keyturn(['explain', 'cred.login']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const check = CATALOGUE.find(({ id }) => id === 'cred.login');
    for (const part of [check?.title, check?.why, check?.remediation, check?.reference.url]) {
      expect(words(stdout)).toContain(words(part ?? expect.unreachable()));
    }
    expect(stdout).not.toContain('\u001b');
  });

  it('names a similar id for one that is not there, with 3, and does not repeat it', async () => {
    const { code, stdout, stderr } = await keyturn(['explain', 'cred.logni']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toBe('keyturn: There is no such check. Did you mean cred.login?\n');
    expect(stderr).not.toContain('logni');
  });

  it('without a check is refused with 3', async () => {
    expect(await keyturn(['explain'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('for explain a check'),
    });
  });
});

describe.each(CATALOGUE)('the explanation of $id', (check) => {
  it('has its words, in lines of 80 columns but for the address of its source', () => {
    const text = explanation(check, 80, plain);
    const practices = check.practices.map((number) => `${number} ${PRACTICES[number]}`);
    for (const part of [check.title, check.severity, check.id, ...practices, check.why, check.remediation]) {
      expect(words(text)).toContain(words(part));
    }
    expect(text).toContain(check.reference.url);
    const lines = text.split('\n').filter((line) => !line.includes(check.reference.url));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('an id that is not there', () => {
  it.each([
    ['cred.logn', 'Did you mean cred.login?'],
    ['CRED.LOGIN-TESTD', 'Did you mean cred.login-tested?'],
    ['cert.expriy', 'Did you mean cert.expiry?'],
    ['tls.protocol.mx', 'Did you mean tls.protocol.min?'],
    ['something else', 'docs/checks.md has them all'],
  ])('like %s is told: %s', (typed, told) => {
    expect(explain(typed)).toEqual({ kind: 'refused', message: `There is no such check. ${told}` });
  });

  it.each(['', '\u001b[2J', '=1+1', '<b>', '--help', '-x', 'x\n(Did you mean s3cret?)', 'x'.repeat(100_000)])(
    'is not repeated, whatever it is: %#',
    (typed) => {
      expect(explain(typed)).toEqual({
        kind: 'refused',
        message: 'There is no such check. docs/checks.md has them all',
      });
    },
  );
});
