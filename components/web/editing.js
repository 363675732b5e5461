// What the controls of an item share.

import {el, icon} from './base.js';

/** Have the page's `edits` change an item; `from` is the element that asks. */
export function askForEdit(from, id, edit, value = null) {
  from.dispatchEvent(new CustomEvent('freshet:edit', {bubbles: true, detail: {id, edit, value}}));
}

/** An icon button that has a key, too. */
export function keyButton(symbol, label, key, press) {
  const button = el('button', {type: 'button', class: 'ib', 'aria-label': label, title: `${label} (${key})`}, icon(symbol));
  button.addEventListener('click', press);
  return button;
}
