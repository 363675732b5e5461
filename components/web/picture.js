import {el, icon} from './base.js';
import {later} from './retry.js';

/**
 * The image of a tile. It swaps only when the URL changed, and then without a flash: the old picture stays until the
 * new one can be painted over it. A picture that cannot be loaded leaves an icon, and is tried again (retry.js).
 */
export class Picture {
  #box;
  #url = null;
  #img = null;
  #mark = null;
  #waiting = [];
  #vain = 0; // how often the picture was asked for in vain

  constructor(box) {
    this.#box = box;
  }

  /** Show `url`; with null, show the symbol `without` instead ("" for nothing at all). */
  show(url, without) {
    if (url === this.#url && (url || without === this.#mark?.dataset.icon)) return;
    this.#url = url;
    this.#vain = 0;
    this.#unmark();
    if (!url) {
      this.#img?.remove();
      this.#img = null;
      if (without) this.#put(without, 'none');
      this.#done();
      return;
    }
    this.#load(url);
  }

  /** Call `then` once the picture last asked for is on screen (or failed). */
  settled(then) {
    this.#waiting.push(then);
    // Off-screen pictures wait for the browser to find them near enough; the water need not.
    setTimeout(() => this.#done(), 4000);
  }

  #load(url) {
    const old = this.#img;
    const img = el('img', {alt: '', loading: 'lazy', decoding: 'async', draggable: 'false', class: 'coming', src: url});
    this.#img = img;
    img.addEventListener('load', () => {
      img.classList.toggle('tall', img.naturalHeight > img.naturalWidth);
      img.classList.remove('coming');
      old?.remove();
      this.#vain = 0;
      if (this.#img === img) setTimeout(() => this.#done(), 300);
    });
    img.addEventListener('error', () => {
      img.remove();
      old?.remove();
      if (this.#img === img) this.#fail(url);
    });
    this.#box.prepend(...(old ? [old, img] : [img]));
  }

  #fail(url) {
    this.#img = null;
    this.#put(navigator.onLine ? 'broken_image' : 'cloud_off', 'broken');
    this.#done();
    later(this.#mark, this.#vain++, () => {
      this.#unmark();
      this.#load(url);
    });
  }

  #put(symbol, look) {
    this.#mark = icon(symbol, `l ${look}`);
    this.#box.prepend(this.#mark);
  }

  #unmark() {
    this.#mark?.remove();
    this.#mark = null;
  }

  #done() {
    for (const then of this.#waiting.splice(0)) then();
  }
}
