import {FreshetElement, attrs, define, el, say} from './base.js';

const REFUSED_MS = 300; // so long after its answer the server still has the other value: it did not take the press

/** A switch of a form; its whole line can be pressed. It shows a press at once. */
class FreshetToggle extends FreshetElement {
  static props = {label: '', hint: '', active: false};
  #label = el('span', {class: 'lab'});
  #hint = el('span', {class: 'help'});
  #control = el('button', {type: 'button', role: 'switch', class: 'switch'});
  #pressed = null; // what it was switched to last, until the server has that, too, or has refused it
  #presses = 0;

  build() {
    this.#control.addEventListener('click', () => this.#press());
    this.append(el('label', {class: 'setting'}, el('span', {class: 'col grow'}, this.#label, this.#hint), this.#control));
  }

  async #press() {
    this.#pressed = !this.#shown;
    const press = ++this.#presses;
    this.#show();
    await this.emit('toggleEvent', {active: this.#pressed}, {latest: true});
    setTimeout(() => {
      if (press !== this.#presses) return;
      this.#pressed = null;
      this.#show();
    }, REFUSED_MS);
  }

  get #shown() {
    return this.#pressed ?? this.active;
  }

  draw() {
    say(this.#label, this.label);
    say(this.#hint, this.hint);
    this.#hint.hidden = !this.hint;
    attrs(this.#control, {'aria-label': this.label});
    this.#show();
  }

  #show() {
    attrs(this.#control, {'aria-checked': String(this.#shown)});
  }
}

define('freshet-toggle', FreshetToggle);
