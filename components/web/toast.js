import {FreshetElement, attrs, define, el, icon, say} from './base.js';

const STAYS_MS = 6000;

/** One line at the foot of the window. A new token shows it again; it leaves by itself unless pointed at or focused. */
class FreshetToast extends FreshetElement {
  static props = {message: '', token: '', tone: 'info'};
  #bar = el('div', {class: 'toast', popover: 'manual'});
  #symbol = icon('check_circle');
  #text = el('span', {class: 'grow'});
  #close = el('button', {type: 'button', class: 'ib sm', 'aria-label': 'Dismiss', title: 'Dismiss'}, icon('close'));
  #timer = 0;

  build() {
    this.#bar.append(this.#symbol, this.#text, this.#close);
    this.append(this.#bar);
    this.#close.addEventListener('click', () => this.#leave());
    for (const name of ['pointerenter', 'focusin']) this.#bar.addEventListener(name, () => clearTimeout(this.#timer));
    for (const name of ['pointerleave', 'focusout']) this.#bar.addEventListener(name, () => this.#count());
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  draw(changed) {
    const failed = this.tone === 'failed';
    attrs(this.#bar, {role: failed ? 'alert' : 'status'});
    this.#bar.classList.toggle('failed', failed);
    attrs(this.#symbol, {'data-icon': failed ? 'error' : 'check_circle'});
    if (!this.message) this.#hide();
    else if (changed.has('token') || changed.has('message')) this.#show();
  }

  #show() {
    // Shown first and filled after, so that the live region exists when its words come.
    if (!this.#bar.matches(':popover-open')) this.#bar.showPopover();
    this.#text.textContent = '';
    setTimeout(() => say(this.#text, this.message));
    this.#count();
  }

  #count() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#leave(), STAYS_MS);
  }

  #hide() {
    clearTimeout(this.#timer);
    if (this.#bar.matches(':popover-open')) this.#bar.hidePopover();
  }

  #leave() {
    this.#hide();
    this.emit('doneEvent', {token: this.token}, {quiet: true});
  }
}

define('freshet-toast', FreshetToast);
