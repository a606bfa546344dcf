import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NOTHING_HEARD, rehearse } from '../../../../functions/audit/facts/rehearsal.ts';
import {
  type AuditSettings,
  canaryRecipient,
  type OptInCheck,
} from '../../../../functions/audit/settings.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import { login } from '../../../../functions/smtp/login.ts';
import { resultOf } from '../../../../functions/smtp/login-result.ts';
import { loopbackNetwork } from '../../../support/loopback-network.ts';
import { type RunningServer, type SmtpTestServer, startSmtpServer } from '../../../support/smtp-servers.ts';
import { type Responder, startResponder } from '../../smtp/probe/responder.ts';
import { soundFacts } from '../sound-facts.ts';
import { startMessageServer } from './message-server.ts';

const PASSWORD = 'canary-V8kq2LxZr9Tn4WsB';
const RECIPIENT = 'ada@mailbox.example.org';
const BUDGET_MS = 10_000;
const CRLF_DOT = /\r\n\.\r\n/;
const AUTH = { AUTH: '235 2.7.0 Welcome\r\n', MAIL: '250 2.1.0 Ok\r\n' };

let server: SmtpTestServer;
const open: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  server = await startSmtpServer({ security: 'tls', users: { ada: PASSWORD } });
});
afterAll(() => server.close());
afterEach(async () => {
  await Promise.all(open.splice(0).map((responder) => responder.close()));
});

async function rehearsed(
  target: Pick<SmtpTestServer, 'port' | 'security' | 'ca'>,
  checks: readonly OptInCheck[] = [],
  from: string | null = 'orders@shop.example.com',
) {
  const { port, security, ca } = target;
  const endpoint = { host: 'localhost', port, security, ca };
  const credential = {
    endpoint,
    username: 'ada',
    password: new Redacted(PASSWORD),
    ...(from !== null && { from }),
  };
  const optIns = [{ host: 'localhost', checks: [...checks], recipient: RECIPIENT }];
  const policy: AuditSettings = { ...soundFacts.settings, optIns };
  const heard = { ...NOTHING_HEARD };
  const evidence = await login(
    credential,
    BUDGET_MS,
    loopbackNetwork(target),
    rehearse(credential, policy, heard),
  );
  return { heard, evidence, verdict: resultOf(evidence).verdict };
}

async function respond(replies: Readonly<Record<string, string>>): Promise<Responder> {
  const responder = await startResponder({ security: 'tls', replies: { ...AUTH, ...replies } });
  open.push(responder);
  return responder;
}

async function take(end: RegExp, answer = '250 2.0.0 Queued'): Promise<RunningServer> {
  const taking = await startMessageServer(end, answer);
  open.push(taking);
  return taking;
}

describe('after a login', () => {
  it('the sender is tried and taken back, and no message is sent', async () => {
    const responder = await respond({});
    const { heard, evidence, verdict } = await rehearsed(responder);
    expect(verdict).toBe('valid');
    expect(heard).toMatchObject({ sender: { code: 250 }, canary: null, bareLf: null });
    expect(evidence.reply).toMatchObject({ code: 235 });
    const said = responder.dialogues[0]?.slice(2);
    expect(said).toEqual(['MAIL FROM:<orders@shop.example.com>', 'RSET', 'QUIT']);
  });

  it.each([
    ['refuses the sender', { MAIL: '553 5.7.1 Not yours\r\n' }, 553],
    ['puts it off', { MAIL: '451 4.3.0 Later\r\n' }, 451],
  ])('a server that %s does not change the verdict', async (_name, replies, code) => {
    const { heard, verdict } = await rehearsed(await respond(replies));
    expect(verdict).toBe('valid');
    expect(heard.sender).toMatchObject({ code });
  });

  it.each([
    ['says goodbye', '421 4.3.2 Closing\r\n'],
    ['talks nonsense', 'What?\r\n'],
  ])('a server that %s at MAIL does not change the verdict', async (_name, answer) => {
    const { heard, verdict } = await rehearsed(await respond({ MAIL: answer }));
    expect(verdict).toBe('valid');
    expect(heard.sender?.code).not.toBe(250);
  });

  it.each(['a b@example.com', 'x>\r\nRCPT TO:<y@example.com', 'ada@grüße.example', ''])(
    'nothing is said with a sender that no MAIL command can carry: %j',
    async (from) => {
      const responder = await respond({});
      const { heard } = await rehearsed(responder, [], from);
      expect(heard).toEqual(NOTHING_HEARD);
      expect(responder.dialogues[0]?.filter((line) => /MAIL|RCPT/.test(line))).toEqual([]);
    },
  );

  it('a secret without a sender is only logged in with', async () => {
    expect((await rehearsed(server, ['canary-send'], null)).heard).toEqual(NOTHING_HEARD);
    expect(server.messages).toEqual([]);
  });
});

describe('a canary', () => {
  it('arrives as one whole message, without the password', async () => {
    const { heard, verdict } = await rehearsed(server, ['canary-send']);
    expect(verdict).toBe('valid');
    expect(heard.canary).toMatchObject({ code: 250 });
    const [message, ...others] = server.messages;
    expect(others).toEqual([]);
    expect(message).toMatchObject({ from: 'orders@shop.example.com', to: [RECIPIENT] });
    expect(message?.raw).toMatch(/^Date: .+\r\nFrom: .+\r\n[\s\S]+\r\n\r\nThe audit sent this/);
    expect(message?.raw).not.toContain(PASSWORD);
  });

  it('that is refused after DATA shows the refusal', async () => {
    const { heard } = await rehearsed(await take(CRLF_DOT, '554 Access denied: not authorized'), [
      'canary-send',
    ]);
    expect(heard.canary).toMatchObject({ code: 554 });
  });

  it('goes to the simulator of Amazon SES unless the owner names a mailbox', () => {
    const ses = 'email-smtp.eu-central-1.amazonaws.com';
    expect(canaryRecipient(ses, undefined)).toBe('success@simulator.amazonses.com');
    expect(canaryRecipient(ses, RECIPIENT)).toBe(RECIPIENT);
    expect(canaryRecipient('mail.example.com', undefined)).toBeUndefined();
  });
});

describe('a message that ends with a bare line feed', () => {
  it('keeps a sound server waiting, and is then ended as it should be', async () => {
    const { heard, verdict } = await rehearsed(await take(CRLF_DOT), ['bare-lf']);
    expect(verdict).toBe('valid');
    expect(heard.bareLf).toBe('none');
  });

  it('is seen to be taken for the end', async () => {
    const { heard } = await rehearsed(await take(/\n\.\r?\n/), ['bare-lf']);
    expect(heard.bareLf).toMatchObject({ code: 250 });
  });

  it('is seen to be refused', async () => {
    const refusing = await take(/[^\r]\n/, '521 5.5.2 bare <LF> received');
    expect((await rehearsed(refusing, ['bare-lf'])).heard.bareLf).toMatchObject({ code: 521 });
  });
});
