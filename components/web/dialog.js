import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {cover, readdress, uncover} from './layers.js';

/** What floats above the page may have to move: only what is inside the topmost dialog can be pressed. */
const tellOfLayers = () => window.dispatchEvent(new Event('freshet:dialog'));

/**
 * A native dialog (role, focus trap, Esc, inert page behind it) around Mesop's children. Mesop 1.3.7 adds, lists and
 * removes the children of an element through `appendChild`, `children` and `removeChild`: these lead into the dialog, so
 * everything stays in the page's own tree, under its stylesheets and within reach of queries by role.
 */
class FreshetDialog extends FreshetElement {
  static props = {isOpen: false, label: '', purpose: '', wide: true, address: ''};
  static #count = 0;
  #heading = el('h2', {class: 'h2 cut', id: `dialog-heading-${++FreshetDialog.#count}`, tabindex: '-1'});
  #shell = el('dialog', {'aria-labelledby': this.#heading.id});
  #purpose = el('span', {class: 'chip on'});
  #body = el('div', {class: 'dialog-body'});
  #opener = null;
  #layer = null; // its entry in the history, while it is open
  #asked = false; // the user closed it; the server has not said so yet

  appendChild(child) {
    return this.#body.appendChild(child);
  }

  removeChild(child) {
    return this.#body.removeChild(child);
  }

  get children() {
    return this.#body.children;
  }

  build() {
    const close = el('button', {type: 'button', class: 'ib', 'aria-label': 'Close', title: 'Close (Esc)'}, icon('close'));
    close.addEventListener('click', () => this.#ask('button'));
    this.#shell.append(el('div', {class: 'top'}, this.#heading, this.#purpose, el('span', {class: 'grow'}), close), this.#body);
    this.append(this.#shell);
    // Events of elements inside are theirs alone: this host would send them a second time.
    this.#body.addEventListener('mesop-event', (event) => event.stopPropagation());
    this.#listen();
  }

  #listen() {
    let pressedOutside = false;
    this.#shell.addEventListener('pointerdown', (event) => { pressedOutside = this.#outside(event); });
    this.#shell.addEventListener('click', (event) => {
      if (pressedOutside && this.#outside(event)) this.#ask('backdrop');
    });
    this.#shell.addEventListener('cancel', (event) => {
      if (event.target !== this.#shell) return; // a file picker inside was cancelled
      event.preventDefault();
      this.#ask('escape');
    });
    // A browser may close it on a second Esc without asking.
    this.#shell.addEventListener('close', () => this.isOpen && this.isConnected && this.#ask('escape'));
  }

  #outside(event) {
    if (event.target !== this.#shell) return false;
    const box = this.#shell.getBoundingClientRect();
    return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
  }

  /** Leave at once and tell the server: a busy server must not keep a dialog on the screen. */
  #ask(reason) {
    if (this.#asked) return;
    this.#asked = true;
    this.#sync();
    this.emit('closeEvent', {reason});
  }

  connectedCallback() {
    super.connectedCallback();
    this.#sync();
  }

  disconnectedCallback() {
    if (this.#shell.open) this.#shut();
    queueMicrotask(() => this.isConnected || this.#giveBackFocus());
  }

  draw(changed) {
    say(this.#heading, this.label);
    attrs(this.#heading, {title: this.label});
    say(this.#purpose, this.purpose);
    this.#purpose.hidden = !this.purpose;
    attrs(this.#shell, {class: `dialog${this.wide ? ' wide' : ''}`});
    if (changed.has('isOpen') && !this.isOpen) this.#asked = false;
    this.#sync();
    if (this.#layer) readdress(this.#layer, this.address);
  }

  #shut() {
    this.#shell.close();
    uncover(this.#layer);
    this.#layer = null;
    tellOfLayers();
  }

  #sync() {
    const wanted = this.isOpen && !this.#asked && this.isConnected;
    if (wanted && !this.#shell.matches(':modal')) {
      this.#shell.removeAttribute('open');
      this.#opener = document.activeElement;
      this.#shell.showModal();
      this.#heading.focus({preventScroll: true});
      this.#layer = cover(() => this.#ask('back'), this.address);
      tellOfLayers();
    } else if (!wanted && this.#shell.open) {
      this.#shut();
      this.#giveBackFocus();
    }
  }

  #giveBackFocus() {
    const opener = this.#opener;
    this.#opener = null;
    const lost = document.activeElement === document.body || this.contains(document.activeElement);
    if (opener?.isConnected && lost) opener.focus({preventScroll: true});
  }
}

define('freshet-dialog', FreshetDialog);
