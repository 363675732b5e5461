import {FreshetElement, attrs, define, el, icon} from './base.js';

const UNANSWERED_MS = 400; // a double click is one press

class FreshetButton extends FreshetElement {
  static props = {
    label: '', icon: '', variant: 'line', big: false, full: false, busy: false, busyLabel: '',
    disabled: false, iconOnly: false, hint: '', token: '',
  };
  #button;
  #pressedAt = -UNANSWERED_MS;

  build() {
    this.#button = el('button', {type: 'button'});
    this.#button.addEventListener('click', () => this.#press());
    this.append(this.#button);
  }

  #press() {
    if (this.busy || this.disabled || performance.now() - this.#pressedAt < UNANSWERED_MS) return;
    this.#pressedAt = performance.now();
    this.emit('pressEvent', {token: this.token});
  }

  draw() {
    const text = this.busy && this.busyLabel ? this.busyLabel : this.label;
    const off = this.busy || this.disabled;
    attrs(this.#button, {
      class: this.#look(),
      // aria-disabled instead of disabled: a button that goes off under the keyboard keeps the focus.
      'aria-disabled': off ? 'true' : null,
      'aria-busy': this.busy ? 'true' : null,
      'aria-label': this.iconOnly || text !== this.label ? this.label : null,
      title: this.hint || (this.iconOnly ? this.label : null),
    });
    const mark = this.busy ? el('i', {class: 'spin', 'aria-hidden': 'true'}) : this.icon ? icon(this.icon) : null;
    this.#button.replaceChildren(...[mark, this.iconOnly ? null : el('span', {class: 'cut', 'aria-hidden': text === this.label ? null : 'true'}, text)].filter(Boolean));
  }

  #look() {
    if (this.iconOnly) return `ib ${this.variant}${this.big ? ' big' : ''}`;
    return `btn ${this.variant}${this.big ? ' big' : ''}${this.full ? ' full' : ''}`;
  }
}

define('freshet-button', FreshetButton);
