import {FreshetElement, define, el, icon} from './base.js';
import {step} from './steps.js';

/** The filters that are on. A press takes one off, or all of them but the project that is worked in. */
class FreshetChips extends FreshetElement {
  static props = {chips: []};
  #list = el('div', {class: 'chips', role: 'group', 'aria-label': 'Active filters'});

  build() {
    this.append(this.#list);
    this.#list.addEventListener('click', (event) => {
      const name = event.target.closest('button')?.dataset.name;
      if (name === undefined) return;
      step();
      this.emit('filterEvent', name ? {[name]: ''} : {clear: true});
    });
  }

  draw() {
    const held = this.#list.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    const chips = this.chips.map(({name, label}) => el(
      'button', {type: 'button', class: 'filter', 'data-name': name, 'aria-label': `Remove filter: ${label}`, title: `Remove filter: ${label}`},
      el('span', {class: 'cut'}, label), icon('close'),
    ));
    const all = el('button', {type: 'button', class: 'btn ghost mini', 'data-name': ''}, 'Clear all');
    this.#list.hidden = !chips.length;
    this.#list.replaceChildren(...chips, ...(this.chips.some(({name}) => name !== 'project') ? [all] : []));
    if (held === null || !chips.length) return;
    const next = [...this.#list.children].find((button) => button.dataset.name === held) ?? this.#list.firstChild;
    next.focus({preventScroll: true});
  }
}

define('freshet-chips', FreshetChips);
