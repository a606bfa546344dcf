import { expect, it } from 'vitest';
import { readXml } from '../../../functions/aws/xml.ts';

it.each([
  ['text', '<a>b</a>', { a: ['b'] }],
  ['a declaration and attributes', '<?xml version="1.0"?><a x="1">b</a>', { a: ['b'] }],
  ['an empty element', '<a/><b></b>', { a: [''], b: [''] }],
  ['several of a name', '<a><m>1</m><m>2</m></a>', { a: [{ m: ['1', '2'] }] }],
  ['depth and space', '<a>\n <b> <c>1</c> </b>\n</a>', { a: [{ b: [{ c: ['1'] }] }] }],
  ['entities', '<a>&lt;&amp;&gt;&quot;&apos;&#34;&#x20ac;</a>', { a: ['<&>"\'"€'] }],
  ['an entity that nobody knows', '<a>&nobody;</a>', { a: ['&nobody;'] }],
  ['an escaped element', '<a>&lt;b&gt;</a>', { a: ['<b>'] }],
  ['a name of an object', '<__proto__>1</__proto__>', JSON.parse('{"__proto__":["1"]}')],
  ['nothing', '', ''],
])('reads %s', (_name, xml, expected) => {
  expect(readXml(xml)).toEqual(expected);
});

it('refuses what closes and was never opened', () => {
  expect(() => readXml('</a>')).toThrow(SyntaxError);
});
