/** Where a text says something. Pure. */

/** More than anybody steps through. */
const MOST = 1_000;

/** Where `wanted` begins in `text`, whatever the case: the last places, since what is looked for is rather new than old. */
export function findPlaces(text: string, wanted: string): readonly number[] {
  if (wanted === '') return [];
  const pattern = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu');
  return [...text.matchAll(pattern)].map(({ index }) => index).slice(-MOST);
}
