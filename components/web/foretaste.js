import {el} from './base.js';

const LEFT_ALONE = /^(Escape|Tab|Shift|Control|Alt|Meta|F\d+)$/;

/**
 * What a dialog shows of an item until the server has answered: its small picture, which is on the page already. Keys
 * that are pressed meanwhile are meant for what is about to come, and are kept for it.
 */
export class Foretaste {
  node;
  #picture;
  #keys = [];

  constructor({id, label, picture}) {
    this.id = id;
    this.label = label;
    this.#picture = picture;
    const facts = el('div', {class: 'facts'}, el('div', {class: 'meta'}, 'Loading…'));
    const image = picture ? el('img', {src: picture, alt: ''}) : el('div', {class: 'blank'});
    const closer = el('div', {class: 'look-closer foretaste'}, image, facts);
    this.node = el('div', {class: 'dialog-body', 'aria-busy': 'true'}, closer);
  }

  /** A key was pressed in the dialog. */
  keep(event) {
    if (LEFT_ALONE.test(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.target.closest('button')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat) return;
    const {type, key, code, shiftKey} = event;
    this.#keys.push(new KeyboardEvent(type, {key, code, shiftKey, bubbles: true, cancelable: true, composed: true}));
  }

  /** What was asked for stands in `body`: its picture takes over without a gap, and it gets the keys. */
  giveWay(body) {
    this.node.remove();
    const image = body.querySelector('freshet-look > img');
    if (image && !image.complete && this.#picture) {
      image.style.background = `center / contain no-repeat url("${this.#picture}")`;
      image.addEventListener('load', () => { image.style.background = ''; }, {once: true});
    }
    for (const key of this.#keys) document.activeElement.dispatchEvent(key);
  }
}
