import {FreshetElement, attrs, define, el, icon} from './base.js';
import {follow, lead} from './links.js';

/** Ways to begin or go on, each with a symbol, a name and a note. One without an address asks for files. */
class FreshetQuick extends FreshetElement {
  static props = {label: '', items: [], wide: false};

  build() {
    attrs(this, {role: 'group'});
  }

  draw(changed) {
    attrs(this, {'aria-label': this.label});
    this.classList.toggle('wide', this.wide);
    if (changed.has('items')) this.replaceChildren(...this.items.map((item) => this.#way(item)));
  }

  #way({url, label, note, symbol}) {
    const way = url ? el('a', {class: 'qa'}) : el('button', {type: 'button', class: 'qa'});
    if (url) {
      lead(way, url);
      follow(way);
    } else {
      way.addEventListener('click', () => document.querySelector('freshet-upload button')?.click());
    }
    const words = el('span', {class: 'col'}, el('b', {class: 'cut'}, label), el('span', {class: 'meta cut', title: note}, note));
    way.append(el('span', {class: 'qi'}, icon(symbol)), words);
    return way;
  }
}

define('freshet-quick', FreshetQuick);
