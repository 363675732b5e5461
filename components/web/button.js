import {FreshetElement, attrs, define, el, icon} from './base.js';

const HASTY_MS = 400; // presses closer together are one press, unless the server has answered in between

class FreshetButton extends FreshetElement {
  static props = {
    label: '', icon: '', variant: 'line', big: false, full: false, busy: false, busyLabel: '',
    disabled: false, iconOnly: false, hint: '', token: '',
  };
  #button;
  #pressedAt = -HASTY_MS;
  #answered = true;

  build() {
    this.#button = el('button', {type: 'button'});
    this.#button.addEventListener('click', (event) => this.#press(event));
    this.append(this.#button);
  }

  assigned() {
    this.#answered = true;
  }

  #press(event) {
    if (this.busy || this.disabled) return;
    const hasty = performance.now() - this.#pressedAt < HASTY_MS;
    const second = event.detail > 1; // of a double click
    if (hasty && (second || !this.#answered)) return;
    this.#pressedAt = performance.now();
    this.#answered = false;
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
