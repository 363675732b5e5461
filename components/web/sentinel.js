import {FreshetElement, define, scroller} from './base.js';

const REACH = 600; // px below the fold within which the next page is fetched

/**
 * The foot of an endless list. It asks for more whenever it lies within reach of the visible part, and looks again after
 * each page, so it cannot stall where a page is shorter than the screen: no observer waits for it to leave and return.
 */
class FreshetSentinel extends FreshetElement {
  static props = {cursor: '', done: false};
  #asked = null;
  #pending = 0;
  #sizes = null;
  #look = () => this.#soon();

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('scroll', this.#look, {capture: true, passive: true});
    window.addEventListener('resize', this.#look);
    document.addEventListener('visibilitychange', this.#look);
    this.#sizes = new ResizeObserver(this.#look);
    this.#sizes.observe(this.parentElement.parentElement ?? this);
    this.#soon();
  }

  disconnectedCallback() {
    document.removeEventListener('scroll', this.#look, {capture: true});
    window.removeEventListener('resize', this.#look);
    document.removeEventListener('visibilitychange', this.#look);
    this.#sizes.disconnect();
    cancelAnimationFrame(this.#pending);
    this.#pending = 0;
  }

  draw() {
    this.#soon();
  }

  #soon() {
    this.#pending ||= requestAnimationFrame(() => {
      this.#pending = 0;
      if (this.#wanted()) this.#ask();
    });
  }

  #wanted() {
    if (this.done || document.hidden || this.cursor === this.#asked || !this.getClientRects().length) return false;
    const frame = scroller(this);
    const bottom = frame === document.scrollingElement ? innerHeight : frame.getBoundingClientRect().bottom;
    return this.getBoundingClientRect().top <= bottom + REACH;
  }

  #ask() {
    this.#asked = this.cursor;
    const {cursor} = this;
    const around = () => this.parentElement?.parentElement?.querySelector('freshet-window')?.reader;
    this.emit('moreEvent', {toJSON: () => ({cursor, ...around()})}, {quiet: true});
  }
}

define('freshet-sentinel', FreshetSentinel);
