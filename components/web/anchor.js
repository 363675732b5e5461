import {FreshetElement, define, scroller} from './base.js';

const AT_TOP = 8; // px from the top that are no place worth naming
const GAP = 12; // px between the head and the tile that is led to
const STILL_MS = 250; // so long after the last movement the place is written down
const SEEK_MS = 4000; // so long the tile of an address is waited for
let led = {by: null, until: 0}; // who leads the page to a tile, and for how long

/** Whether the page is about to go elsewhere than where it is now. */
export const isLed = () => performance.now() < led.until;

/**
 * Where somebody is in the list, in the page's address (`at`): the first tile in view. So a link that is passed on, Back,
 * and a page that is loaded again lead to the same place. `seek`, "<number> <media id>", scrolls there; without an id, to
 * the top.
 */
class FreshetAnchor extends FreshetElement {
  static props = {seek: ''};
  #timer = 0;
  #scrolled = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), STILL_MS);
  };

  build() {
    this.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('scroll', this.#scrolled, {capture: true, passive: true});
  }

  disconnectedCallback() {
    document.removeEventListener('scroll', this.#scrolled, {capture: true});
    clearTimeout(this.#timer);
    this.#arrive();
  }

  draw() {
    if (!this.seek) return;
    led = {by: this, until: performance.now() + SEEK_MS};
    requestAnimationFrame(() => this.#go(this.seek));
  }

  #go(seek) {
    if (!this.isConnected || seek !== this.seek || led.by !== this || !isLed()) return;
    const id = seek.split(' ')[1];
    const frame = scroller(this);
    const tile = id && frame?.querySelector(`.page freshet-tile[data-id="${CSS.escape(id)}"]`);
    if (id && !tile) {
      requestAnimationFrame(() => this.#go(seek));
      return;
    }
    this.#arrive();
    if (tile) frame.scrollBy({top: tile.getBoundingClientRect().top - this.#ceiling(frame) - GAP});
    else frame?.scrollTo({top: 0});
  }

  #arrive() {
    if (led.by === this) led = {by: null, until: 0};
  }

  get #page() {
    return scroller(this)?.querySelector('.page');
  }

  /** Where the list begins to be seen, below the page's head. */
  #ceiling(frame) {
    return frame.querySelector('.head')?.getBoundingClientRect().bottom ?? 0;
  }

  /** Not while something lies over the page: its entry in the history tells pages by their addresses. */
  #write() {
    if (!this.isConnected || document.querySelector('dialog:modal')) return;
    if (this.#page?.querySelector('freshet-window')?.covers === false) {
      this.#scrolled(); // the tiles are on their way
      return;
    }
    const url = new URL(location.href);
    const id = this.#first();
    if ((url.searchParams.get('at') ?? '') === id) return;
    if (id) url.searchParams.set('at', id);
    else url.searchParams.delete('at');
    history.replaceState(history.state, '', url);
  }

  #first() {
    const frame = scroller(this);
    if (!frame || frame.scrollTop <= AT_TOP) return '';
    const top = this.#ceiling(frame);
    const tiles = [...frame.querySelectorAll('.page freshet-tile')];
    return tiles.find((tile) => tile.getBoundingClientRect().top >= top)?.mediaId ?? '';
  }
}

define('freshet-anchor', FreshetAnchor);
