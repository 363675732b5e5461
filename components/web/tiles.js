import {FreshetElement, define} from './base.js';
import {keepToRow} from './row.js';

const ASKED = ['activateEvent', 'retryEvent'];

/** The ear of the tiles in the box around it: what one of them tells becomes an event of this element. */
class FreshetTiles extends FreshetElement {
  static props = {selectable: false, row: false};
  #box = null;
  #loosen = null; // ends keeping to one row
  #hear = ({detail: {name, payload}}) => ASKED.includes(name) && this.emit(name, payload);

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
    if (this.#box && this.row) this.#loosen ??= keepToRow(this.#box);
  }

  disconnectedCallback() {
    this.#box?.removeEventListener('freshet:tile', this.#hear);
    this.#box = null;
    this.#loosen?.();
    this.#loosen = null;
  }
}

define('freshet-tiles', FreshetTiles);
