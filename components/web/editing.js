// What the controls of an item share.

import {el, icon} from './base.js';

/** Have the page's `edits` do something; `from` is the element that asks. */
export const ask = (from, detail) => from.dispatchEvent(new CustomEvent('freshet:edit', {bubbles: true, detail}));

/** Have it change one item. */
export const askForEdit = (from, id, edit, value = null) => ask(from, {id, edit, value});

/** An icon button that has a key, too. */
export function keyButton(symbol, label, key, press) {
  const button = el('button', {type: 'button', class: 'ib', 'aria-label': label, title: `${label} (${key})`}, icon(symbol));
  button.addEventListener('click', press);
  return button;
}
