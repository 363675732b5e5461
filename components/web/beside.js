import {aloud} from './aloud.js';
import {attrs, el, icon} from './base.js';
import {Hotkeys} from './hotkeys.js';

const WAYS = {previous: ['chevron_left', 'Previous item', '←'], next: ['chevron_right', 'Next item', '→']};
const KEYS = {ArrowLeft: 'previous', ArrowRight: 'next'};
const NONE = {previous: 'This is the first item shown here.', next: 'This is the last item shown here.'};
const HAS_ARROWS = 'video, audio'; // a player winds with them

/** The ways to what stands before and after the item of a dialog: two buttons, and the arrow keys. */
export class Beside {
  buttons;
  #ids = {previous: '', next: ''};
  #aloud = aloud();
  #shell;
  #keys;

  /** @param shell {HTMLDialogElement} @param go {(to: 'previous' | 'next') => void} */
  constructor(shell, go) {
    this.#shell = shell;
    this.buttons = Object.entries(WAYS).map(([to, [symbol, label, key]]) => {
      const button = el('button', {type: 'button', class: 'ib step', 'aria-label': label, title: `${label} (${key})`, 'data-to': to}, icon(symbol));
      button.addEventListener('click', () => go(to));
      return button;
    });
    shell.append(this.#aloud.node);
    this.#keys = new Hotkeys(shell, () => (this.#free ? Object.keys(KEYS) : []), (key) => go(KEYS[key]));
  }

  connect() {
    this.#keys.connect();
  }

  disconnect() {
    this.#keys.disconnect();
  }

  /** Also not while a title is being written. */
  get #free() {
    if (!this.#ids.previous && !this.#ids.next) return false;
    return this.#shell.matches(':modal') && !this.#shell.querySelector(':scope > .writing') && !document.activeElement?.matches(HAS_ARROWS);
  }

  /** The id of the item there; "" at the end. */
  at(to) {
    return this.#ids[to];
  }

  /** What a press at an end comes to: nothing that is seen. */
  tellNone(to) {
    this.#aloud.tell(NONE[to]);
  }

  /** Of an item that stands alone there are no ways to be seen. */
  tell([previous, next]) {
    this.#ids = {previous, next};
    for (const button of this.buttons) {
      attrs(button, {'aria-disabled': this.at(button.dataset.to) ? null : 'true'}); // it keeps the focus
      button.hidden = !previous && !next;
    }
  }
}
