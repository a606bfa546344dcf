import * as v from 'valibot';
import { isNetwork, mayBeOpened } from '../../functions/net/address-guard.ts';
import { shape, text, wholeNumber } from './values.ts';

const cidr = v.pipe(
  v.string('a CIDR block such as 10.1.0.0/16'),
  v.check(isNetwork, 'a CIDR block such as 10.1.0.0/16'),
  v.check(
    mayBeOpened,
    'a CIDR block of your own network, without loopback, link-local, metadata, multicast or reserved addresses in it (so none as wide as 0.0.0.0/0)',
  ),
);

/** What Keyturn may dial besides public addresses and the ports 465, 587, 2465 and 2587. */
export const network = v.strictObject(
  {
    ports: v.optional(v.array(wholeNumber(1, 65535), 'a list of ports'), []),
    networks: v.optional(v.array(cidr, 'a list of CIDR blocks'), []),
  },
  shape,
);

const ids = (pattern: RegExp, expected: string) =>
  v.optional(v.array(text(expected, pattern), `a list: ${expected}`), []);

/**
 * For secrets whose provider is `sql`: the functions that set passwords then carry the database drivers, and stand in these
 * subnets, which need a way to mail servers and to AWS.
 */
export const passwordTables = v.pipe(
  v.strictObject(
    {
      subnetIds: ids(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id such as subnet-0a1b2c3d4e5f60718'),
      securityGroupIds: ids(/^sg-[0-9a-f]{8,17}$/, 'a security group id such as sg-0a1b2c3d4e5f60718'),
    },
    shape,
  ),
  v.check(
    ({ subnetIds, securityGroupIds }) => (subnetIds.length === 0) === (securityGroupIds.length === 0),
    'subnetIds together with securityGroupIds, or neither',
  ),
);
