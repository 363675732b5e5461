import {FreshetElement, attrs, define, el, icon} from './base.js';
import {ask} from './editing.js';

/** A button that has items in the trash deleted for good, or without `ids` all of them; `edits` asks once more before that. */
class FreshetDiscard extends FreshetElement {
  static props = {label: '', ids: [], amount: ''};
  #button = el('button', {type: 'button', class: 'btn danger'});

  build() {
    this.#button.addEventListener('click', () => {
      const detail = this.ids.length ? {edit: 'purge', ids: this.ids} : {edit: 'empty', amount: this.amount};
      ask(this, detail);
    });
    this.append(this.#button);
  }

  draw() {
    this.#button.replaceChildren(icon('delete'), el('span', {class: 'cut'}, this.label));
    attrs(this.#button, {'aria-haspopup': 'dialog'});
  }
}

define('freshet-discard', FreshetDiscard);
