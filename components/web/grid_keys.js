// Arrow keys in a list of tiles: one tab stop for the whole list (roving tabindex), arrows by what is seen,
// Home and End to the ends of the row, with Ctrl to the ends of the list. Of a long list most tiles are not mounted
// (window.js): places are those in the whole list, and what a key leads to is mounted first.

import {columns, tiles, windowOf} from './grid.js';

const lists = new WeakMap(); // list → what is known of it, see `adopt`
let last = null; // the tile that had the focus last, and the page it was on

const STAND_IN = '.stand-in';
const hits = (list) => tiles(list).map((tile) => tile.querySelector('.hit'));
const tileOf = (hit) => hit.closest('freshet-tile');
const howMany = (list) => windowOf(list)?.total ?? tiles(list).length;
const first = (list) => windowOf(list)?.start ?? 0;

/** Take part in the keys of the list around `hit`. Safe to call again. */
export function enrol(hit) {
  const list = hit.closest('[role=list]');
  if (!list) {
    hit.tabIndex = 0;
    return;
  }
  if (!lists.has(list)) adopt(list);
  const held = lists.get(list);
  if (held.current && !list.contains(held.current)) leave(held.current); // whichever of the two is told first
  if (held.away) {
    comeBack(list, hit);
    return;
  }
  const gone = !held.current || held.current.closest('[inert]');
  // Until somebody has been in the list, they enter it at its first tile, also when that came last.
  if (gone || (!held.visited && precedes(hit, held.current))) settle(list, hit);
  else hit.tabIndex = hit === held.current ? 0 : -1;
}

const precedes = (hit, other) => Boolean(hit.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);

/**
 * A tile left: hand its tab stop, and the focus if it had it, to its own successor if it was only drawn anew, to a
 * stand-in if it is merely not mounted any more, else to the neighbour that took its place, or to what stands in place
 * of a list that is empty now.
 */
export function leave(hit) {
  if (hit === last?.hit && location.pathname === last.page) requestAnimationFrame(passOn);
  for (const list of document.querySelectorAll('[role=list]')) {
    const held = lists.get(list);
    if (!held || held.current !== hit) continue;
    held.current = null;
    const left = tiles(list);
    const next = left.find((tile) => tile.mediaId === tileOf(hit).mediaId);
    if (!next && held.visited && isElsewhere(list, held.place)) standIn(list, tileOf(hit));
    else if (left.length) pass(list, (next ?? left[clamp(held.place - first(list), left.length)]).querySelector('.hit'));
  }
}

function passOn() {
  const nobody = document.activeElement === document.body && !document.querySelector('.sheet freshet-tile');
  if (nobody) document.querySelector('.sheet .blank button')?.focus({preventScroll: true});
}

const clamp = (place, count) => Math.min(Math.max(place, 0), count - 1);

function isElsewhere(list, place) {
  const win = windowOf(list);
  return win !== null && (place < win.start || place >= win.end) && place < win.total;
}

/** Give the tab stop to `hit`, and the focus if nobody has it any more. */
function pass(list, hit) {
  settle(list, hit);
  if (lists.get(list).focused && document.activeElement === document.body) hit.focus({preventScroll: true});
}

/** Keep the place of a tile that is not mounted any more: the next key goes on from there. */
function standIn(list, tile) {
  const held = lists.get(list);
  const stand = windowOf(list).standIn;
  held.away = tile.mediaId;
  stand.setAttribute('aria-label', tile.label);
  stand.hidden = false;
  held.passing = true;
  pass(list, stand);
  held.passing = false;
}

/** A tile was mounted while the current one was not: is it that one? */
function comeBack(list, hit) {
  const held = lists.get(list);
  hit.tabIndex = -1;
  if (tileOf(hit).mediaId !== held.away) return;
  const focused = document.activeElement === held.current;
  settle(list, hit);
  if (focused) hit.focus({preventScroll: true});
}

/** Make `hit`, a tile's or the stand-in, the tab stop. */
function settle(list, hit) {
  const held = lists.get(list);
  if (held.current) held.current.tabIndex = -1;
  held.current = hit;
  hit.tabIndex = 0;
  if (hit.matches(STAND_IN) || !held.away) return;
  held.away = '';
  windowOf(list).standIn.hidden = document.activeElement !== windowOf(list).standIn;
}

function adopt(list) {
  const held = {
    current: null, // the tab stop
    visited: false,
    focused: false,
    place: 0, // of the tile that had the focus last
    away: '', // the current tile's id while it is not mounted
    passing: false, // the stand-in is being given the focus
    going: false, // a tile that a key leads to is being mounted
  };
  lists.set(list, held);
  list.addEventListener('focusin', (event) => heedFocus(list, event.target));
  list.addEventListener('focusout', (event) => {
    if (event.relatedTarget) held.focused = list.contains(event.relatedTarget);
  });
  list.addEventListener('keydown', (event) => move(list, event));
}

function heedFocus(list, target) {
  const held = lists.get(list);
  const hit = target.closest?.('.hit');
  if (target.matches?.(STAND_IN) && !held.passing) focusAt(list, held.place); // somebody enters the list
  if (!hit) return;
  settle(list, hit);
  held.visited = held.focused = true;
  last = {hit, page: location.pathname};
  held.place = first(list) + hits(list).indexOf(hit);
  const stand = windowOf(list)?.standIn;
  if (stand) stand.hidden = true;
}

function move(list, event) {
  if (!event.target.closest?.(`.hit, ${STAND_IN}`) || event.altKey || event.metaKey || event.shiftKey) return;
  const target = led(list, event.target, event.key, event.ctrlKey);
  if (target === null) return;
  event.preventDefault();
  focusAt(list, target);
}

/** The place that a key leads to from a tile, or from the stand-in of one; null for other keys and at the ends. */
export function led(list, hit, key, ctrl) {
  const held = lists.get(list);
  const away = hit.matches(STAND_IN);
  const total = howMany(list);
  const at = away ? Math.min(held.place, total - 1) : first(list) + hits(list).indexOf(hit.closest('.hit'));
  if (away && key === 'Enter') return at;
  return goal(at, total, columns(list), key, ctrl);
}

/** Focus the tile at a place, once it is mounted; resolves to it. */
export async function focusAt(list, place) {
  const held = lists.get(list);
  if (held.going) return null; // keys that are held down go on from where this one leads
  held.going = true;
  place = Math.min(place, howMany(list) - 1); // the list may be shorter than when somebody was there
  const tile = tiles(list)[place - first(list)] ?? (await windowOf(list)?.bring(place));
  held.going = false;
  const hit = tile?.querySelector('.hit');
  hit?.focus({preventScroll: true});
  hit?.scrollIntoView({block: 'nearest'});
  return tile ?? null;
}

/** The place that a key leads to from `at`, of `total` in `columns`; null for other keys and at the ends. */
export function goal(at, total, columns, key, ctrl) {
  const row = at - (at % columns);
  const within = (place) => (place >= 0 && place < total ? place : null);
  switch (key) {
    case 'ArrowRight': return within(at + 1);
    case 'ArrowLeft': return within(at - 1);
    case 'ArrowDown': return within(at + columns) ?? (row + columns < total ? total - 1 : null);
    case 'ArrowUp': return within(at - columns);
    case 'PageDown': return Math.min(at + 3 * columns, total - 1);
    case 'PageUp': return Math.max(at - 3 * columns, at % columns);
    case 'Home': return ctrl ? 0 : row;
    case 'End': return ctrl ? total - 1 : Math.min(row + columns, total) - 1;
    default: return null;
  }
}
