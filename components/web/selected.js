// The tiles that are selected, as ids: known in the browser alone, so that a click on a check mark costs no trip to the
// server and no refresh or push can disturb it. Tiles ask here; `freshet-selection` says when.

const ids = new Set();
let base = new Set(); // what was selected before the range that is being drawn out
let start = ''; // where the range begins
let told = () => {};

/** Call `then` after each change; returns the way to stop. */
export function onSelected(then) {
  told = then;
  return () => {
    if (told === then) told = () => {};
  };
}

export const isSelected = (id) => ids.has(id);
export const selectedIds = () => [...ids];
export const howMany = () => ids.size;

export function toggle(id) {
  if (!ids.delete(id)) ids.add(id);
  begin(id);
  told();
}

/** Select from where the last choice was made to `id`, in the order of `all`; what was selected before that stays. */
export function extendTo(id, all, from = '') {
  if (!all.includes(id)) return;
  if (!all.includes(start)) begin(all.includes(from) ? from : id);
  const [first, last] = [all.indexOf(start), all.indexOf(id)].sort((a, b) => a - b);
  become([...base, ...all.slice(first, last + 1)]);
}

export function selectAll(all) {
  become([...ids, ...all]);
  begin(start);
}

export function clearSelected() {
  become([]);
  begin('');
}

/** Forget some that are not there any more. */
export function forget(gone) {
  const left = [...ids].filter((id) => !gone.has(id));
  if (gone.has(start)) start = '';
  if (left.length === ids.size) return;
  become(left);
  begin(start);
}

/** Where the range begins that the next choice with Shift ends; '' for nowhere. */
export const rangeStart = () => start;

/**
 * Of the tiles that were mounted `before`, in their order, those that have left the list, now that `now` are mounted of
 * it, from its beginning and to its end as told. One that would not be mounted now need not have left.
 */
export function leftOf(before, now, fromTop, toEnd) {
  const there = new Set(now);
  const common = [...before.keys()].filter((place) => there.has(before[place]));
  if (!common.length && !(fromTop && toEnd)) return new Set();
  const first = fromTop ? 0 : common[0];
  const last = toEnd ? before.length : common.at(-1);
  return new Set(before.filter((id, place) => place >= first && place <= last && !there.has(id)));
}

function begin(id) {
  start = id;
  base = new Set(ids);
}

function become(wanted) {
  ids.clear();
  for (const id of wanted) ids.add(id);
  told();
}
