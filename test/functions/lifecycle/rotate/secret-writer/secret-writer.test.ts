import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROVIDER_TYPES } from '../../../../../functions/providers/secret.ts';
import { canonicalEndpoint } from '../../../../../functions/secrets/endpoint.ts';
import { shareOf } from '../../../../support/share.ts';
import { COMMON_FIELDS, PROVIDER_FIELDS } from './fields.ts';
import { BY_TYPE, COMMON, type Edit } from './hostile.ts';
import { type Servers, startServers, WriterLab } from './lab.ts';

/** For all edits of one field; each is a few logins (ms). */
const MINUTE = 60_000;

/** When the attacker writes. He has nothing but PutSecretValue on this one secret. */
const MOMENTS: Readonly<Record<string, (lab: WriterLab, edit: Edit) => Promise<void>>> = {
  'before a rotation': async (lab, edit) => {
    lab.write({ ...lab.known(), ...edit });
    await lab.steps(lab.begin(), ['testSecret']);
    lab.withdraw();
    await lab.steps(lab.begin());
  },
  'as a secret that has no login yet': async (lab, edit) => {
    const {
      password: _password,
      username: _username,
      credentialId: _id,
      accessKeyId: _idOfEarlierVersions,
      ...seed
    } = { ...lab.known(), ...edit };
    lab.write(seed);
    await lab.steps(lab.begin());
  },
  'as the pending version, before it is made': async (lab, edit) => {
    const token = lab.begin();
    lab.write({ ...lab.known(), ...edit }, token);
    await lab.steps(token);
  },
  'between making and proving': async (lab, edit) => {
    const token = lab.begin();
    await lab.steps(token, ['createSecret']);
    lab.write({ ...lab.known(), ...edit });
    await lab.steps(token, ['setSecret', 'testSecret', 'finishSecret']);
  },
};

test('every field that a secret has is attacked, for every provider', () => {
  expect(Object.keys(COMMON).toSorted()).toEqual([...COMMON_FIELDS].toSorted());
  expect(Object.keys(BY_TYPE).toSorted()).toEqual([...PROVIDER_TYPES].toSorted());
  for (const [type, fields] of Object.entries(PROVIDER_FIELDS)) {
    expect([type, Object.keys(BY_TYPE[type] ?? {}).toSorted()]).toEqual([type, [...fields].toSorted()]);
  }
});

let runs = 0;
let fields = 0;

describe.each(PROVIDER_TYPES)(
  'who may write one secret of %s and nothing else',
  { timeout: MINUTE },
  (type) => {
    let servers: Servers;
    beforeAll(async () => {
      servers = await startServers(type);
    });
    afterAll(() => servers.close());

    async function rotated(): Promise<WriterLab> {
      const lab = await WriterLab.open(servers);
      await lab.steps(lab.begin());
      expect(lab.failures).toEqual(type === 'manual' ? [expect.stringContaining('a person makes')] : []);
      lab.failures.length = 0;
      expect(lab.secretsOfOthers().length).toBeGreaterThan(0);
      return lab;
    }

    test.each(Object.entries({ ...COMMON, ...BY_TYPE[type] }))(
      'by %s sends no password anywhere, and touches no credential of another',
      async (_field, editsFor) => {
        fields += 1;
        for (let at = 0, count = 1; at < count; at += 1) {
          const lab = await rotated();
          const all = editsFor({ servers, account: lab.account, value: lab.known() });
          count = all.length;
          const moments = shareOf(Object.entries(MOMENTS), 4, fields + at);
          for (const [moment, attack] of moments) {
            await attack(lab, all[at] ?? {});
            await lab.retire();
            const about = { moment, edit: JSON.stringify(all[at]), failures: lab.failures.splice(0) };
            expect({ ...about, leaked: lab.leaked().length }).toEqual({ ...about, leaked: 0 });
            const untouched = await lab.account.isForeignUntouched();
            expect({ ...about, untouched }).toEqual({ ...about, untouched: true });
            lab.repair();
          }
          runs += moments.length;
        }
      },
    );
  },
);

test('what is sent to the attacker is heard: an endpoint that an operator accepts is sent the password', async () => {
  const servers = await startServers('sendgrid');
  const lab = await WriterLab.open(servers);
  const { otherPort, mail } = servers;
  const place = { ...mail, port: otherPort.port };
  const by = { acceptedAt: lab.now, who: 'arn:aws:iam::123456789012:user/ada', reason: null };
  await lab.ledger.acceptEndpoint(lab.arn, { ...canonicalEndpoint(place), ...by });
  await lab.steps(lab.begin());
  lab.write({ ...lab.known(), ...place });
  await lab.steps(lab.begin());
  expect(lab.leaked()).toHaveLength(1);
  await servers.close();
});

afterAll(() => {
  process.stdout.write(`the writer of a secret: ${fields} fields of all providers, ${runs} attacks\n`);
});
