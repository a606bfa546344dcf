import { describe, expect, it } from 'vitest';
import { setting } from '../../functions/environment.ts';

describe('what may be dialled', () => {
  it.each([
    ['none', []],
    ['25', [25]],
    ['25,2525', [25, 2525]],
  ])('KEYTURN_PORTS=%s', (text, ports) => {
    expect(setting('ports', { KEYTURN_PORTS: text })).toEqual(ports);
  });

  it.each([
    ['none', []],
    ['10.1.0.0/16', ['10.1.0.0/16']],
    ['10.1.0.0/16,fd00::/8', ['10.1.0.0/16', 'fd00::/8']],
  ])('KEYTURN_NETWORKS=%s', (text, networks) => {
    expect(setting('networks', { KEYTURN_NETWORKS: text })).toEqual(networks);
  });

  it.each(['', 'all', '25;26', '25,'])('KEYTURN_PORTS=%j is a broken deployment', (text) => {
    expect(() => setting('ports', { KEYTURN_PORTS: text })).toThrow(/^KEYTURN_PORTS: /);
  });

  it.each(['', 'all', '10.0.0.0', '10.0.0.0/8,'])('KEYTURN_NETWORKS=%j is a broken deployment', (text) => {
    expect(() => setting('networks', { KEYTURN_NETWORKS: text })).toThrow(/^KEYTURN_NETWORKS: /);
  });

  it('must be said', () => {
    expect(() => setting('ports', {})).toThrow(/^KEYTURN_PORTS: /);
  });
});
