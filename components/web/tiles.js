import {FreshetElement, define} from './base.js';

const ASKED = ['activateEvent', 'retryEvent'];

/** The ear of the tiles in the box around it: what one of them tells becomes an event of this element. */
class FreshetTiles extends FreshetElement {
  static props = {selectable: false};
  #box = null;
  #hear = ({target, detail: {name, payload}}) => ASKED.includes(name) && this.#tellOf(target, name, payload);

  build() {
    this.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#box = this.closest('[mesop-box]');
    this.#box?.addEventListener('freshet:tile', this.#hear);
    this.#tell();
  }

  draw() {
    this.#tell();
  }

  /** Tiles that are drawn after this one look there. */
  #tell() {
    this.#box?.toggleAttribute('data-selectable', this.selectable);
  }

  /** A page that shows items in a quick dialog opens it at once. */
  #tellOf(tile, name, payload) {
    const quick = name === 'activateEvent' && !tile.use && document.querySelector('[data-quick]');
    const answered = quick ? quick.foretell(tile.taste) : () => {};
    this.emit(name, payload).then(answered);
  }

  disconnectedCallback() {
    this.#box?.removeEventListener('freshet:tile', this.#hear);
    this.#box = null;
  }
}

define('freshet-tiles', FreshetTiles);
