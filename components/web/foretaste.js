import {el} from './base.js';

const LEFT_ALONE = /^(Escape|Tab|Shift|Control|Alt|Meta|F\d+)$/;
const PRESSES = /^(Enter| )$/; // a button

/**
 * What a dialog shows of an item until the server has answered: its small picture, which is on the page already. Keys
 * that are pressed meanwhile are meant for what is about to come, and are kept for it. `height`: px of what is told of the item
 * below, if that is known from the one before.
 */
export class Foretaste {
  node;
  #picture;
  #kept = [];

  constructor({id, label, picture}, height = 0) {
    this.id = id;
    this.label = label;
    this.#picture = picture;
    const facts = el('div', {class: 'facts'}, el('div', {class: 'meta'}, 'Loading…'));
    if (height) facts.style.height = `${height}px`;
    const image = picture ? el('img', {src: picture, alt: ''}) : el('div', {class: 'blank'});
    const closer = el('div', {class: 'look-closer foretaste'}, image, facts);
    this.node = el('div', {class: 'dialog-body', 'aria-busy': 'true'}, closer);
  }

  /** A key was pressed in the dialog. */
  keep(event) {
    if (LEFT_ALONE.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (PRESSES.test(event.key) && event.target.closest('button')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat) return;
    const {type, key, code, shiftKey} = event;
    const again = new KeyboardEvent(type, {key, code, shiftKey, bubbles: true, cancelable: true, composed: true});
    this.later(() => document.activeElement.dispatchEvent(again));
  }

  /** Do something once what was asked for is there, after the keys that were pressed before. */
  later(act) {
    this.#kept.push(act);
  }

  /** What was asked for stands in `body`: its picture takes over without a gap, and it gets what was kept for it. */
  giveWay(body) {
    this.node.remove();
    const image = body.querySelector('freshet-look > img');
    if (image && !image.complete && this.#picture) {
      image.style.background = `center / contain no-repeat url("${this.#picture}")`;
      image.addEventListener('load', () => { image.style.background = ''; }, {once: true});
    }
    for (const act of this.#kept) act();
  }
}
