import { expect, it } from 'vitest';
import { everyItem } from '../../../functions/aws/pages.ts';

it('all pages are read, up to the one that names no other', async () => {
  const read = async (token = '0') => ({
    items: [token],
    NextToken: token === '3' ? undefined : `${+token + 1}`,
  });
  expect(await everyItem(read, ({ items }) => items)).toEqual(['0', '1', '2', '3']);
});

it.each(['NextToken', 'nextToken', 'NextMarker'])(
  'a list whose %s comes round is rejected, never half of it',
  async (field) => {
    let pages = 0;
    const read = async () => {
      pages += 1;
      return { NextToken: undefined, [field]: `page-${pages % 3}` };
    };
    await expect(everyItem(read, () => [1])).rejects.toThrow('came round to a page');
    expect(pages).toBe(4);
  },
);

it('a list without end is rejected', async () => {
  let pages = 0;
  const read = async () => {
    pages += 1;
    return { NextToken: String(pages) };
  };
  await expect(everyItem(read, () => [])).rejects.toThrow('more than 10000 pages');
});
