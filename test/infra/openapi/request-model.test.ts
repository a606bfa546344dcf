import Ajv4 from 'ajv-draft-04';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOperation } from '../../../functions/api/operations.ts';
import { parseRequest } from '../../../functions/validation/contract.ts';
import { named, resourcesOf } from '../synthesized.ts';

const resources = resourcesOf({});
const gatewayModel = (name: string) =>
  new Ajv4.default({ strict: true, strictTypes: false }).compile(
    named(resources, `ApiRestApi${name}`).Properties.Schema,
  );
const byGateway = gatewayModel('ValidationRequest');
const byFunction = (body: unknown) => parseRequest(JSON.stringify(body)).kind !== 'malformed';

const name = fc.stringMatching(/^[A-Za-z0-9/_+=.@!:-]{1,40}$/);
const label = fc.stringMatching(/^[ -~]{1,70}$/);
const length = (most: number) =>
  fc.constantFrom(0, 1, 31, 32, 64, 65, most, most + 1).map((n) => 'a'.repeat(n));
const junk = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.jsonValue({ maxDepth: 2 }));

const secretId = fc.oneof({ weight: 4, arbitrary: name }, length(2048), junk);
const version = fc.oneof({ weight: 3, arbitrary: label }, length(256), junk);
const ids = fc.oneof(
  fc.array(secretId, { maxLength: 4 }),
  fc.uniqueArray(name, { maxLength: 52 }),
  fc.integer({ min: 49, max: 51 }).map((n) => Array.from({ length: n }, (_, index) => `mail/${index}`)),
  fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
  junk,
);

const request = fc.record(
  { secretId, versionStage: version, versionId: version, secretIds: ids, other: junk },
  { requiredKeys: [] },
);
const likely = fc.oneof(
  fc.record({ secretId, versionStage: version, versionId: version }, { requiredKeys: ['secretId'] }),
  fc.record({ secretIds: ids }),
);
const body = fc.oneof({ weight: 4, arbitrary: likely }, { weight: 2, arbitrary: request }, junk);

describe('the model at the gateway and the schema of the function', () => {
  it('agree on every body', () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(body, (one) => {
        const json: unknown = JSON.parse(JSON.stringify(one));
        expect(byGateway(json)).toBe(byFunction(json));
        seen[byFunction(json) ? 'taken' : 'refused'] += 1;
      }),
      { numRuns: 5000 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(500);
  });

  it.each([
    [{ secretId: 'mail/ada' }, true],
    [{ secretId: 'mail/ada', versionStage: 'AWSPREVIOUS' }, true],
    [{ secretIds: ['mail/ada', 'mail/bob'] }, true],
    [{ secretIds: ['mail/ada', 'mail/ada'] }, false],
    [{ secretIds: [] }, false],
    [{ secretId: 'mail/ada', secretIds: ['mail/bob'] }, false],
    [{ secretIds: ['mail/ada'], versionStage: 'AWSPREVIOUS' }, false],
    [{}, false],
  ])('%j: %s', (one, taken) => {
    expect([byGateway(one), byFunction(one)]).toEqual([taken, taken]);
  });
});

const reason = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', 'a'.repeat(500), 'a'.repeat(501), 'é'.repeat(500), '😀', 'a\nb', '\u202e', '\u0085'),
  junk,
);
const operationBody = fc.record(
  {
    operation: fc.oneof(fc.constantFrom('rotate', 'rollback', 'compromised', 'doctor', 'delete'), junk),
    secretId: fc.oneof({ weight: 4, arbitrary: name }, length(2048), junk),
    reason,
    clientRequestToken: fc.oneof(fc.uuid(), length(64), junk),
    fix: fc.oneof({ weight: 4, arbitrary: fc.boolean() }, junk),
    other: junk,
  },
  { requiredKeys: ['operation', 'secretId'] },
);

describe('the model of an operation and the schema of its function', () => {
  const operationByGateway = gatewayModel('OperationRequest');
  const operationByFunction = (one: unknown) => parseOperation(JSON.stringify(one)).kind === 'operation';

  it('agree on every body', () => {
    const seen = { taken: 0, refused: 0 };
    const likely = fc.record(
      {
        operation: fc.constantFrom('rotate', 'rollback', 'compromised', 'doctor'),
        secretId: name,
        reason: label,
      },
      { requiredKeys: ['operation', 'secretId'] },
    );
    const doctor = fc.record({ operation: fc.constant('doctor'), secretId: name, reason, fix: fc.boolean() });
    fc.assert(
      fc.property(fc.oneof(operationBody, likely, doctor, junk), (one) => {
        const json: unknown = JSON.parse(JSON.stringify(one));
        expect(operationByGateway(json)).toBe(operationByFunction(json));
        seen[operationByFunction(json) ? 'taken' : 'refused'] += 1;
      }),
      { numRuns: 5000 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(500);
  });
});
