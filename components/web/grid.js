// How a list of tiles is laid out: what the browser knows, and nobody else.

export const tiles = (list) => [...(list?.querySelectorAll('freshet-tile:not([inert])') ?? [])];

/** The element that tells which tiles of a long list are mounted; none in a list that is mounted whole. */
export const windowOf = (list) => list?.querySelector('freshet-window') ?? null;

export function columns(list) {
  const tracks = list ? getComputedStyle(list).gridTemplateColumns : 'none';
  return tracks === 'none' ? 1 : tracks.split(' ').length;
}

/** From the top of one row of tiles to the top of the next, what of that lies between them, and a tile's width, in px. */
export function pitch(list) {
  const all = list?.getElementsByTagName('freshet-tile') ?? [];
  if (!all.length) return {row: 0, gap: 0, width: 0};
  const gap = parseFloat(getComputedStyle(list).rowGap) || 0;
  const across = columns(list);
  const {width, height} = all[0].getBoundingClientRect();
  // Of a row that is full: columns may differ by a 64th of a pixel, and with them the heights of tiles.
  const [row, next] = [all[across], all[2 * across]].map((tile) => tile?.getBoundingClientRect().top);
  return {row: next === undefined ? height + gap : next - row, gap, width};
}
