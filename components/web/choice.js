import {FreshetElement, attrs, define, el, icon} from './base.js';
import {step} from './steps.js';

/** One of a few, as the browser's own menu behind a quiet button; each choice is a step in the history, but not `inside` a dialog. */
class FreshetChoice extends FreshetElement {
  static props = {label: '', symbol: '', options: [], value: '', inside: false};
  #select = el('select');
  #box = el('label', {class: 'choice btn ghost mini'});

  build() {
    this.append(this.#box);
    this.#select.addEventListener('change', () => {
      if (!this.inside) step();
      this.emit('chooseEvent', {value: this.#select.value}, {latest: true});
    });
  }

  draw(changed) {
    attrs(this.#select, {'aria-label': this.label});
    if (changed.has('symbol')) this.#box.replaceChildren(icon(this.symbol), this.#select);
    if (changed.has('options')) {
      this.#select.replaceChildren(...this.options.map(({value, label}) => el('option', {value}, label)));
    }
    this.#select.value = this.value;
  }
}

define('freshet-choice', FreshetChoice);
