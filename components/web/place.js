import {FreshetElement, attrs, define, el, icon} from './base.js';
import {later} from './retry.js';

const SMALLEST = 0.05;
const LARGEST = 2;
const STEP = 0.01; // of the picture, per arrow key; five times that with Shift
const SETTLED_MS = 350; // keys pressed in a row are one change

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const round = (value) => Math.round(value * 1e4) / 1e4;

/** Handles to lay a product over a person. `x`, `y`: its centre; `scale`: its width; all fractions of the person picture. */
class FreshetPlace extends FreshetElement {
  static props = {personUrl: '', productUrl: '', x: 0.5, y: 0.5, scale: 0.5};
  #person = el('img', {alt: 'Person', class: 'person', draggable: 'false', decoding: 'async'});
  #product = el('div', {class: 'worn', 'aria-hidden': 'true'});
  #frame = el('div', {
    class: 'handles', role: 'group', tabindex: '0', 'aria-roledescription': 'placement', 'aria-describedby': 'place-help',
  });
  #help = el('span', {class: 'vh', id: 'place-help'}, 'Arrow keys move the product, plus and minus scale it, Shift moves further.');
  #at = {x: 0.5, y: 0.5, scale: 0.5};
  #drag = null;
  #settle = 0;

  build() {
    const corners = ['nw', 'ne', 'sw', 'se'].map((corner) => el('i', {class: corner, 'data-corner': corner, 'aria-hidden': 'true'}));
    this.#frame.append(this.#product, ...corners);
    this.append(this.#person, this.#frame, this.#help);
    this.#frame.addEventListener('pointerdown', (event) => this.#grab(event));
    this.#frame.addEventListener('pointermove', (event) => this.#pull(event));
    this.#frame.addEventListener('pointerup', () => this.#drop());
    this.#frame.addEventListener('pointercancel', () => this.#drop());
    this.#frame.addEventListener('keydown', (event) => this.#key(event));
    // Whoever leaves it is done: what is pressed next must find it where it was put.
    this.#frame.addEventListener('blur', () => this.#settle && this.#tell());
  }

  draw(changed) {
    attrs(this.#person, {src: this.personUrl || null});
    if (changed.has('productUrl')) this.#wear(this.productUrl);
    if (!this.#drag && ['x', 'y', 'scale'].some((name) => changed.has(name))) {
      this.#at = {x: this.x, y: this.y, scale: this.scale};
    }
    this.#lay();
  }

  /** The product comes cut out as it will be made. Until it does, and if it cannot, a frame can be placed already. */
  async #wear(url, vain = 0) {
    if (!url) {
      this.#product.replaceChildren();
      return;
    }
    this.#stand(el('i', {class: 'spin'}));
    const image = el('img', {alt: '', src: url, draggable: 'false'});
    try {
      await image.decode();
      if (url === this.productUrl) this.#product.replaceChildren(image);
    } catch {
      if (url !== this.productUrl) return;
      const broken = icon('broken_image', 'l');
      this.#stand(broken);
      later(broken, vain, () => this.#wear(url, vain + 1));
    }
  }

  #stand(mark) {
    this.#product.replaceChildren(el('span', {class: 'stand-in'}, mark));
  }

  #lay() {
    const {x, y, scale} = this.#at;
    Object.assign(this.#frame.style, {left: `${x * 100}%`, top: `${y * 100}%`, width: `${scale * 100}%`});
    const percent = (value) => `${Math.round(value * 100)} %`;
    attrs(this.#frame, {'aria-label': `Product, ${percent(scale)} wide, at ${percent(x)} from the left and ${percent(y)} from the top`});
  }

  #grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.#frame.focus({preventScroll: true});
    this.#frame.setPointerCapture(event.pointerId);
    const box = this.#person.getBoundingClientRect();
    this.#drag = {corner: event.target.dataset.corner, startX: event.clientX, startY: event.clientY, from: {...this.#at}, box};
  }

  #pull(event) {
    if (!this.#drag) return;
    const {corner, startX, startY, from, box} = this.#drag;
    const dx = (event.clientX - startX) / box.width;
    const dy = (event.clientY - startY) / box.height;
    if (corner) {
      // The centre stays; the corner follows the pointer sideways.
      this.#set({scale: from.scale + 2 * dx * (corner.endsWith('w') ? -1 : 1)});
    } else {
      this.#set({x: from.x + dx, y: from.y + dy});
    }
  }

  #drop() {
    if (!this.#drag) return;
    const moved = JSON.stringify(this.#drag.from) !== JSON.stringify(this.#at);
    this.#drag = null;
    if (moved) this.#tell();
  }

  #key(event) {
    const step = event.shiftKey ? STEP * 5 : STEP;
    const {x, y, scale} = this.#at;
    const next = {
      ArrowLeft: {x: x - step}, ArrowRight: {x: x + step}, ArrowUp: {y: y - step}, ArrowDown: {y: y + step},
      '+': {scale: scale + STEP * 2}, '=': {scale: scale + STEP * 2}, '-': {scale: scale - STEP * 2},
    }[event.key];
    if (!next || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.#set(next);
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#tell(), SETTLED_MS);
  }

  #set(next) {
    const at = {...this.#at, ...next};
    this.#at = {x: round(clamp(at.x, 0, 1)), y: round(clamp(at.y, 0, 1)), scale: round(clamp(at.scale, SMALLEST, LARGEST))};
    this.#lay();
  }

  #tell() {
    clearTimeout(this.#settle);
    this.#settle = 0;
    if (this.isConnected) this.emit('placeEvent', {...this.#at});
  }
}

define('freshet-place', FreshetPlace);
