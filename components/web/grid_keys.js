// Arrow keys in a list of tiles: one tab stop for the whole list (roving tabindex), arrows by what is seen,
// Home and End to the ends of the row, with Ctrl to the ends of the list.

const lists = new WeakMap(); // list → {current, visited, focused, place}

const tiles = (list) => [...list.querySelectorAll('freshet-tile:not([inert]) .hit')];
const line = (hit) => Math.round(hit.getBoundingClientRect().top);

/** Take part in the keys of the list around `hit`. Safe to call again. */
export function enrol(hit) {
  const list = hit.closest('[role=list]');
  if (!list) {
    hit.tabIndex = 0;
    return;
  }
  if (!lists.has(list)) adopt(list);
  const held = lists.get(list);
  const gone = !held.current || !list.contains(held.current) || held.current.closest('[inert]');
  // Until somebody has been in the list, they enter it at its first tile, also when that came last.
  if (gone || (!held.visited && precedes(hit, held.current))) settle(list, hit);
  else hit.tabIndex = hit === held.current ? 0 : -1;
}

const precedes = (hit, other) => Boolean(hit.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);

/** A tile left: hand its tab stop, and the focus if it had it, to the neighbour that took its place. */
export function leave(hit) {
  for (const list of document.querySelectorAll('[role=list]')) {
    const held = lists.get(list);
    if (!held || held.current !== hit) continue;
    const left = tiles(list);
    const next = left[Math.min(held.place, left.length - 1)];
    held.current = null;
    if (!next) return;
    settle(list, next);
    if (held.focused && document.activeElement === document.body) next.focus({preventScroll: true});
  }
}

function settle(list, hit) {
  const held = lists.get(list);
  if (held.current) held.current.tabIndex = -1;
  held.current = hit;
  hit.tabIndex = 0;
}

function adopt(list) {
  const held = {current: null, visited: false, focused: false, place: 0};
  lists.set(list, held);
  list.addEventListener('focusin', (event) => {
    const hit = event.target.closest?.('.hit');
    if (!hit) return;
    settle(list, hit);
    held.visited = held.focused = true;
    held.place = tiles(list).indexOf(hit);
  });
  list.addEventListener('focusout', (event) => {
    if (event.relatedTarget) held.focused = list.contains(event.relatedTarget);
  });
  list.addEventListener('keydown', (event) => move(list, event));
}

function move(list, event) {
  const hit = event.target.closest?.('.hit');
  if (!hit || event.altKey || event.metaKey || event.shiftKey) return;
  const all = tiles(list);
  const target = goal(all, all.indexOf(hit), event.key, event.ctrlKey);
  if (!target) return;
  event.preventDefault();
  target.focus();
  target.scrollIntoView({block: 'nearest'});
}

/** The tile that a key leads to from the one at `at`, as the grid looks; none for other keys and at the ends. */
export function goal(all, at, key, ctrl) {
  const row = all.map(line);
  const columns = Math.max(1, row.filter((top) => top === row[0]).length);
  const first = at - (at % columns);
  switch (key) {
    case 'ArrowRight': return all[at + 1];
    case 'ArrowLeft': return all[at - 1];
    case 'ArrowDown': return all[at + columns] ?? (first + columns < all.length ? all.at(-1) : null);
    case 'ArrowUp': return all[at - columns];
    case 'PageDown': return all[Math.min(at + 3 * columns, all.length - 1)];
    case 'PageUp': return all[Math.max(at - 3 * columns, at % columns)];
    case 'Home': return ctrl ? all[0] : all[first];
    case 'End': return ctrl ? all.at(-1) : all[Math.min(first + columns, all.length) - 1];
    default: return null;
  }
}
