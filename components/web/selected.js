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

/** Forget those that are not among `all` any more. */
export function keepOnly(all) {
  const there = new Set(all);
  const left = [...ids].filter((id) => there.has(id));
  if (left.length === ids.size) return;
  become(left);
  begin(there.has(start) ? start : '');
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
