// What the controls of an item share.

import {el, icon} from './base.js';

/** Have the page's `edits` do something; `from` is the element that asks. */
export const ask = (from, detail) => from.dispatchEvent(new CustomEvent('freshet:edit', {bubbles: true, detail}));

/** Have it change one item. */
export const askForEdit = (from, id, edit, value = null) => ask(from, {id, edit, value});

const SHOWN_MS = 300; // so long after its answer a press may still be on its way onto the screen
const hearts = new Map(); // item → what was asked of its heart last, until the screen shows how that ended

/** Give an item its heart, or take it: the other way than was asked last, also where the screen does not show that yet. */
export const askForHeart = (from, id, shown) => askForEdit(from, id, 'favourite', !(hearts.get(id)?.value ?? shown));

/** That was asked, and is going to be `answered`. */
export async function noteHeart(id, value, answered) {
  const asked = {value};
  hearts.set(id, asked);
  await answered;
  setTimeout(() => hearts.get(id) === asked && hearts.delete(id), SHOWN_MS);
}

/** An icon button that has a key, too. */
export function keyButton(symbol, label, key, press) {
  const button = el('button', {type: 'button', class: 'ib', 'aria-label': label, title: `${label} (${key})`}, icon(symbol));
  button.addEventListener('click', press);
  return button;
}
