import {FreshetElement, define} from './base.js';
import './pressed.js';
import {keepToRow} from './row.js';

const ASKED = ['activateEvent', 'retryEvent'];

/** The ear of the tiles in the box around it: what one of them tells becomes an event of this element. */
class FreshetTiles extends FreshetElement {
  static props = {selectable: false, row: false};
  #box = null;
  #hear = ({target, detail: {name, payload}}) => ASKED.includes(name) && this.#tellOf(target, name, payload);
  #loosen = null; // ends keeping to one row

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

  /** A page that shows items in a quick dialog opens it at once; what is in the trash has its own page alone. */
  #tellOf(tile, name, payload) {
    const quick = name === 'activateEvent' && !tile.use && !tile.goesMs && document.querySelector('[data-quick]');
    const answered = quick ? quick.foretell(tile.taste, this) : () => {};
    this.emit(name, payload).then(answered);
  }

  /** As if the tile of an item were pressed; of a long list it need not be mounted. */
  look(id) {
    const tile = this.#box?.querySelector(`freshet-tile[data-id="${CSS.escape(id)}"]`);
    if (tile) this.#tellOf(tile, 'activateEvent', {id});
    else this.emit('activateEvent', {id});
  }

  disconnectedCallback() {
    this.#box?.removeEventListener('freshet:tile', this.#hear);
    this.#box = null;
    this.#loosen?.();
    this.#loosen = null;
  }
}

define('freshet-tiles', FreshetTiles);
