import Ajv4 from 'ajv-draft-04';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRequest } from '../../../functions/api/validation-request.ts';
import { named, resourcesOf } from '../synthesized.ts';

const model = named(resourcesOf({}), 'ApiRestApiValidationRequest').Properties.Schema;
const byGateway = new Ajv4.default({ strict: true, strictTypes: false }).compile(model);
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
