import {el, icon} from './base.js';
import {cover, uncover} from './layers.js';

const told = () => window.dispatchEvent(new Event('freshet:dialog')); // what floats above the page may have to move
let count = 0;

/**
 * Ask before what cannot be undone, or costs. Resolves to whether it is to be done: Esc, Back, and a press on Cancel or outside are
 * no. The focus begins on Cancel and goes back to where it was.
 */
export function confirmed({heading, text, action, symbol = 'delete'}) {
  const opener = document.activeElement;
  const [headingId, textId] = [`ask-heading-${++count}`, `ask-text-${count}`];
  const cancel = el('button', {type: 'button', class: 'btn line'}, 'Cancel');
  const act = el('button', {type: 'button', class: 'btn danger'}, icon(symbol), el('span', {}, action));
  const dialog = el(
    'dialog', {class: 'dialog ask', role: 'alertdialog', 'aria-labelledby': headingId, 'aria-describedby': textId},
    el('h2', {class: 'h2', id: headingId}, heading), el('p', {id: textId}, text), el('div', {class: 'row'}, cancel, act),
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    let layer = null;
    let answer = false;
    cancel.addEventListener('click', () => dialog.close());
    act.addEventListener('click', () => {
      answer = true;
      dialog.close();
    });
    dialog.addEventListener('pointerdown', (event) => event.target === dialog && outside(dialog, event) && dialog.close());
    dialog.addEventListener('close', () => {
      uncover(layer);
      told();
      dialog.remove();
      if (opener?.isConnected) opener.focus({preventScroll: true});
      resolve(answer);
    });
    dialog.showModal();
    cancel.focus();
    layer = cover(() => dialog.close(), '');
    told();
  });
}

function outside(dialog, {clientX, clientY}) {
  const box = dialog.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}
