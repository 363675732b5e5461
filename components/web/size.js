import {FreshetElement, define, el, say} from './base.js';
import {onPrefs} from './prefs.js';
import {size} from './sizes.js';

/** "1.2 MB" between other words, in the units that this browser's reader has chosen. */
class FreshetSize extends FreshetElement {
  static props = {amount: 0, prefix: '', suffix: ''};
  #text = el('span');
  #unheard = null;

  build() {
    this.append(this.#text);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#unheard ??= onPrefs(() => this.draw());
  }

  disconnectedCallback() {
    this.#unheard?.();
    this.#unheard = null;
  }

  draw() {
    say(this.#text, this.prefix + size(this.amount) + this.suffix);
  }
}

define('freshet-size', FreshetSize);
