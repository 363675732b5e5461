import {FreshetElement, define} from './base.js';

const ASKED = ['activateEvent', 'retryEvent'];

/** The ear of the tiles in the box around it: what one of them tells becomes an event of this element. */
class FreshetTiles extends FreshetElement {
  #box = null;
  #hear = ({detail: {name, payload}}) => ASKED.includes(name) && this.emit(name, payload);

  build() {
    this.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#box = this.closest('[mesop-box]');
    this.#box?.addEventListener('freshet:tile', this.#hear);
  }

  disconnectedCallback() {
    this.#box?.removeEventListener('freshet:tile', this.#hear);
    this.#box = null;
  }
}

define('freshet-tiles', FreshetTiles);
