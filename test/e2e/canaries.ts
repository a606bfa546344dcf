import { expect } from 'vitest';
import type { Credential } from '../../functions/providers/secret.ts';
import { ECHO_FORMS } from '../support/echo-forms.ts';

/** A secret value, and what to call it in a message that must not repeat it. */
export interface Canary {
  readonly name: string;
  readonly forms: readonly string[];
}

/** Of the writings that a server could choose those that stand in one piece, and are none of another value by chance. */
const ECHOES: readonly string[] = [
  ...['in upper case', 'in lower case', 'backwards', 'hex', 'percent', 'HTML, decimal', 'JSON escapes'],
  ...['base64 from the second octet on', 'base64 from the third octet on'],
];

/** The forms in which a value could be written down: as it is, in base64, URL-encoded, as JSON text, as an echo. */
export function canary(name: string, value: string): Canary {
  const forms = [value, base64(value), encodeURIComponent(value), JSON.stringify(value).slice(1, -1)];
  const echoes = ECHO_FORMS.filter((form) => ECHOES.includes(form.name)).map(({ of }) => of(value));
  return { name, forms: [...new Set([...forms, ...echoes])] };
}

/** A credential's password, and the blob that AUTH PLAIN sends. */
export function credentialCanaries(
  name: string,
  { username, password }: Pick<Credential, 'username' | 'password'>,
): Canary[] {
  const blob = base64(`\0${username}\0${password.reveal()}`);
  return [
    canary(`${name}: password`, password.reveal()),
    { name: `${name}: AUTH PLAIN`, forms: [blob, encodeURIComponent(blob)] },
  ];
}

/** Where which canary was found; empty is good. */
export function findCanaries(
  canaries: readonly Canary[],
  sources: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(sources).flatMap(([source, text]) =>
    canaries
      .filter(({ forms }) => forms.some((form) => text.includes(form)))
      .map(({ name }) => `${name} in ${source}`),
  );
}

/** Each source was really read, and a canary planted in it is found. */
export function proveTheSearch(all: readonly Canary[], sources: Readonly<Record<string, string>>): void {
  const markers: Record<string, string | readonly string[]> = {
    logs: 'credential.validated',
    table: 'VALIDATION#',
    reports: 'secret.rotation-enabled',
    templates: 'AWS::Lambda::Function',
    answers: ['"reportKey"', '"results"', '"credentials"', '"history"'],
    printed: 'tls-untrusted:expired',
    page: 'mail/wrong-host',
    securityHub: 'keyturn/cred.login',
    digests: 'mail/wrong-password',
    terminal: 'score ',
  };
  expect(Object.keys(sources).toSorted()).toEqual(Object.keys(markers).toSorted());
  for (const [source, text] of Object.entries(sources)) {
    for (const marker of [markers[source] ?? []].flat()) expect(text, source).toContain(marker);
    for (const { name, forms } of all) {
      for (const form of forms) {
        const planted = { [source]: `${text.slice(0, 500)} ${form} ${text.slice(500)}` };
        expect(findCanaries(all, planted)).toContain(`${name} in ${source}`);
      }
    }
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
