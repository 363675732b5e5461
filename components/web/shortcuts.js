import {FreshetElement, define} from './base.js';

const SEQUENCE_MS = 1200; // "g l": the second letter must follow within
const WRITES = 'input, textarea, select, [contenteditable=""], [contenteditable=true]';

/** Keys of the page: "r", "/", "shift+x", "ctrl+z", "Escape", or two in a row as "g l". */
class FreshetShortcuts extends FreshetElement {
  static props = {keys: []};
  #first = '';
  #forget = 0;
  #heard = (event) => this.#hear(event);

  build() {
    this.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('keydown', this.#heard);
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this.#heard);
    clearTimeout(this.#forget);
  }

  #hear(event) {
    if (event.defaultPrevented || event.repeat || event.isComposing) return;
    const target = event.composedPath()[0];
    if (target.matches?.(WRITES) && event.key !== 'Escape') return;
    // A dialog has the keys to itself, unless this element is part of it.
    const open = document.querySelector('dialog:modal');
    if (open && !open.contains(this)) return;
    const key = this.#name(event);
    const wanted = this.keys.map((name) => name.toLowerCase());
    const pair = `${this.#first} ${key}`;
    const hit = this.#first && wanted.includes(pair) ? pair : wanted.includes(key) ? key : '';
    this.#first = '';
    if (hit) {
      event.preventDefault();
      this.emit('keyEvent', {key: this.keys[wanted.indexOf(hit)]});
    } else if (wanted.some((name) => name.startsWith(`${key} `))) {
      this.#first = key;
      clearTimeout(this.#forget);
      this.#forget = setTimeout(() => { this.#first = ''; }, SEQUENCE_MS);
    }
  }

  #name(event) {
    const parts = [];
    if (event.ctrlKey || event.metaKey) parts.push('ctrl');
    if (event.altKey) parts.push('alt');
    if (event.shiftKey && /^([a-z]|\w{2,})$/i.test(event.key)) parts.push('shift');
    return [...parts, event.key.toLowerCase()].join('+');
  }
}

define('freshet-shortcuts', FreshetShortcuts);
