import {FreshetElement, define} from './base.js';
import {Hotkeys} from './hotkeys.js';

/** Keys that a page answers on the server. */
class FreshetShortcuts extends FreshetElement {
  static props = {keys: []};
  #keys = new Hotkeys(this, () => this.keys, (key) => this.emit('keyEvent', {key}));

  build() {
    this.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#keys.connect();
  }

  disconnectedCallback() {
    this.#keys.disconnect();
  }
}

define('freshet-shortcuts', FreshetShortcuts);
