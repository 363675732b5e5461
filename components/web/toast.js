import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {ask} from './editing.js';
import {returning} from './focus.js';

const STAYS_MS = 6000;

/** Say something that only the browser knows, as the page says what the server knows. */
export const tell = (message, tone = 'info') => window.dispatchEvent(new CustomEvent('freshet:tell', {detail: {message, tone}}));

/**
 * One line at the foot of the window. A new token shows it again, and so does `tell` with other words. It leaves by itself once
 * somebody can have read it, unless pointed at or focused; what has failed stays until it is dismissed, or something else is
 * said. While a dialog is open it stands inside that, since nothing outside can be pressed.
 */
class FreshetToast extends FreshetElement {
  static props = {message: '', token: '', tone: 'info', undo: false};
  #bar = el('div', {class: 'toast', popover: 'manual'});
  #symbol = icon('check_circle');
  #text = el('span', {class: 'grow'});
  #close = el('button', {type: 'button', class: 'ib sm', 'aria-label': 'Dismiss', title: 'Dismiss'}, icon('close'));
  #undo = el('button', {type: 'button', class: 'btn mini', title: 'Undo (Ctrl+Z)'}, 'Undo');
  #giveBack = returning(this.#bar);
  #timer = 0;
  #seen = () => this.#count();
  #moved = () => this.#settle();
  #told = ({detail}) => this.#show(detail);

  build() {
    this.#bar.append(this.#symbol, this.#text, this.#close);
    this.append(this.#bar);
    this.#close.addEventListener('click', () => {
      this.#giveBack();
      this.#leave();
    });
    this.#undo.addEventListener('click', () => {
      this.#leave();
      ask(this, {edit: 'undo'});
    });
    for (const name of ['pointerenter', 'focusin']) this.#bar.addEventListener(name, () => clearTimeout(this.#timer));
    for (const name of ['pointerleave', 'focusout']) this.#bar.addEventListener(name, () => this.#count());
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('freshet:dialog', this.#moved);
    window.addEventListener('freshet:tell', this.#told);
    document.addEventListener('visibilitychange', this.#seen);
  }

  disconnectedCallback() {
    window.removeEventListener('freshet:dialog', this.#moved);
    window.removeEventListener('freshet:tell', this.#told);
    document.removeEventListener('visibilitychange', this.#seen);
    clearTimeout(this.#timer);
  }

  draw(changed) {
    if (!this.message) this.#hide();
    else if (changed.has('token') || changed.has('message')) this.#show(this);
  }

  /** Move to where it can be pressed; what was on the screen stays there. */
  #settle() {
    const place = [...document.querySelectorAll('dialog:modal')].at(-1) ?? this;
    if (this.#bar.parentElement === place) return;
    const shown = this.#bar.matches(':popover-open');
    place.append(this.#bar);
    if (shown) this.#bar.showPopover();
  }

  #show({message, tone, undo = false}) {
    const failed = tone === 'failed';
    attrs(this.#bar, {role: failed ? 'alert' : 'status'});
    this.#bar.classList.toggle('failed', failed);
    attrs(this.#symbol, {'data-icon': failed ? 'error' : 'check_circle'});
    for (const [button, wanted] of [[this.#close, failed || !undo], [this.#undo, undo]]) { // one action, where it leaves by itself
      if (wanted) this.#text.after(button);
      else button.remove();
    }
    this.#settle();
    // Shown first and filled after, so that the live region exists when its words come.
    if (!this.#bar.matches(':popover-open')) this.#bar.showPopover();
    this.#text.textContent = '';
    setTimeout(() => say(this.#text, message));
    this.#count();
  }

  #count() {
    clearTimeout(this.#timer);
    const stays = document.hidden || this.#bar.matches('.failed, :not(:popover-open)');
    if (!stays) this.#timer = setTimeout(() => this.#leave(), STAYS_MS);
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
