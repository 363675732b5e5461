import {el} from './base.js';

// A panel is closed by a press outside of it. On a phone all outside lies in the dark (static/controls.css), as behind a
// dialog: the press that closes the panel must not press what lies there, too.

const dark = matchMedia('(max-width: 599px)');
let swallows = false;

function closes({target}) {
  const panel = dark.matches && document.querySelector('.panel:popover-open');
  return Boolean(panel) && !panel.contains(target) && target.closest?.('button')?.popoverTargetElement !== panel;
}

window.addEventListener('pointerdown', (event) => {
  swallows = closes(event);
  if (swallows) event.stopImmediatePropagation();
}, true);
window.addEventListener('click', (event) => {
  if (!swallows || !event.detail) return; // a key, or a script, presses something else
  swallows = false;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

/** A labelled text field for a panel; Enter in it does `enter`. */
export function lined(label, input, enter) {
  input.addEventListener('keydown', (event) => event.key === 'Enter' && !event.isComposing && enter());
  return el('div', {class: 'field'}, el('label', {class: 'lab', for: input.id}, label), el('div', {class: 'input'}, input));
}
