import {pref} from './prefs.js';

const SEQUENCE_MS = 1200; // "g l": the second letter must follow within
export const WRITES = 'input, textarea, select, [contenteditable=""], [contenteditable=true]';

/**
 * Hears keys for an element: "r", "/", "shift+x", "ctrl+z", "Escape", or two in a row as "g l".
 *
 * Letters never fire in fields, and behind an open dialog nothing fires. `act` is told the key as it was named.
 */
export class Hotkeys {
  #host;
  #names;
  #act;
  #first = '';
  #forget = 0;
  #heard = (event) => this.#hear(event);

  /** @param names {() => string[]} @param act {(key: string) => void} */
  constructor(host, names, act) {
    this.#host = host;
    this.#names = names;
    this.#act = act;
  }

  connect() {
    document.addEventListener('keydown', this.#heard);
  }

  disconnect() {
    document.removeEventListener('keydown', this.#heard);
    clearTimeout(this.#forget);
  }

  #hear(event) {
    if (event.defaultPrevented || event.repeat || event.isComposing) return;
    const target = event.composedPath()[0];
    if (target.matches?.(WRITES) && event.key !== 'Escape') return;
    // A dialog has the keys to itself, unless this element is part of it.
    const open = document.querySelector('dialog:modal');
    if (open && !open.contains(this.#host)) return;
    const key = keyName(event);
    const names = this.#names();
    const wanted = names.map((name) => name.toLowerCase());
    const pair = `${this.#first} ${key}`;
    const hit = this.#first && wanted.includes(pair) ? pair : wanted.includes(key) ? key : '';
    this.#first = '';
    if (hit) {
      event.preventDefault();
      this.#act(names[wanted.indexOf(hit)]);
    } else if (wanted.some((name) => name.startsWith(`${key} `))) {
      this.#first = key;
      clearTimeout(this.#forget);
      this.#forget = setTimeout(() => { this.#first = ''; }, SEQUENCE_MS);
    }
  }
}

/**
 * A key with what is held down, in lower case: "f", "ctrl+z", "shift+x". "" for a letter or sign alone where those are turned
 * off: somebody who dictates would press them with each word.
 */
export function keyName(event) {
  const alone = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (alone && pref('keys') === 'off') return '';
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push('ctrl');
  if (event.altKey) parts.push('alt');
  if (event.shiftKey && /^([a-z]|\w{2,})$/i.test(event.key)) parts.push('shift');
  return [...parts, event.key.toLowerCase()].join('+');
}
