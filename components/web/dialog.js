import {FreshetElement, attrs, define, el, icon, say} from './base.js';

// A shell around Mesop's children: they stay where Mesop put them (in the page, under the page's stylesheets) and are
// shown through a slot. The native dialog gives the role, the focus trap, Esc and an inert page behind it.
const STYLE = `
  :host { display: contents; }
  dialog { box-sizing: border-box; border: 0; padding: 0; color: var(--f-ink-2); background: var(--f-raised); box-shadow: var(--f-shadow-3);
    width: min(var(--dialog-width, 32rem), 100% - 3rem); max-width: none; max-height: min(50rem, 100% - 3rem);
    border-radius: var(--f-r-xl); overflow: hidden; overscroll-behavior: contain; font: var(--f-t-body); outline: none;
    --f-sheet: var(--f-raised); --f-well: color-mix(in oklab, var(--f-raised) 45%, var(--f-canvas)); }
  dialog[open] { display: flex; flex-direction: column; animation: rise var(--f-slow) var(--f-ease); }
  dialog.wide { --dialog-width: 60rem; height: min(46rem, 100% - 3rem); }
  dialog::backdrop { background: var(--f-scrim); animation: fade var(--f-slow) var(--f-ease); }
  header { display: flex; align-items: center; gap: .5rem; padding: 1rem .75rem .5rem 1.25rem; flex: none; min-width: 0; }
  h2 { margin: 0; font: var(--f-t-head); font-size: 1.125rem; letter-spacing: -.008em; color: var(--f-ink); outline: none;
    overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .purpose { flex: none; padding: 0 .5625rem; border-radius: 7px; background: var(--f-accent-soft); color: var(--f-accent-ink); font: var(--f-t-meta); font-weight: 600; line-height: 1.625rem; }
  .purpose:empty { display: none; }
  button { all: unset; box-sizing: border-box; margin-left: auto; display: grid; place-items: center; flex: none; cursor: pointer;
    width: var(--f-control); height: var(--f-control); border-radius: var(--f-r); color: var(--f-ink-2); }
  button:hover { background: var(--f-hover); }
  button:focus-visible { box-shadow: var(--f-ring); }
  .ms { font: 400 1.25rem/1 "Material Symbols Rounded"; font-feature-settings: "liga"; width: 1em; overflow: hidden; white-space: nowrap; user-select: none; }
  .rest { display: flex; flex-direction: column; flex: 1; min-height: 0; overflow: auto; scrollbar-width: thin; scrollbar-color: var(--f-line) transparent; }
  @keyframes rise { from { opacity: 0; transform: translateY(8px); } }
  @keyframes fade { from { opacity: 0; } }
  @media (max-width: 599px) {
    dialog, dialog.wide { width: 100%; margin: auto 0 0; max-height: 94%; border-radius: var(--f-r-xl) var(--f-r-xl) 0 0; }
    dialog.wide { height: 94%; }
  }`;

class FreshetDialog extends FreshetElement {
  static props = {isOpen: false, label: '', purpose: '', wide: true};
  #shell = el('dialog', {'aria-labelledby': 'heading'});
  #heading = el('h2', {id: 'heading', tabindex: '-1'});
  #purpose = el('span', {class: 'purpose'});
  #opener = null;
  #asked = false; // the user closed it; the server has not said so yet

  constructor() {
    super();
    const root = this.attachShadow({mode: 'open'});
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const close = el('button', {type: 'button', 'aria-label': 'Close', title: 'Close (Esc)'}, icon('close'));
    close.addEventListener('click', () => this.#ask('button'));
    const slot = el('slot');
    // Events of elements inside are theirs alone: this host would send them a second time.
    slot.addEventListener('mesop-event', (event) => event.stopPropagation());
    this.#shell.append(el('header', {}, this.#heading, this.#purpose, close), el('div', {class: 'rest'}, slot));
    root.append(this.#shell);
    this.#listen();
  }

  #listen() {
    let pressedOutside = false;
    this.#shell.addEventListener('pointerdown', (event) => { pressedOutside = event.target === this.#shell; });
    this.#shell.addEventListener('click', (event) => {
      if (event.target === this.#shell && pressedOutside) this.#ask('backdrop');
    });
    this.#shell.addEventListener('cancel', (event) => {
      if (event.target !== this.#shell) return; // a file picker inside was cancelled
      event.preventDefault();
      this.#ask('escape');
    });
    // A browser may close it on a second Esc without asking.
    this.#shell.addEventListener('close', () => this.isOpen && !this.#asked && this.isConnected && this.#ask('escape'));
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
    if (this.#shell.open) this.#shell.close();
    queueMicrotask(() => this.isConnected || this.#giveBackFocus());
  }

  draw(changed) {
    say(this.#heading, this.label);
    say(this.#purpose, this.purpose);
    attrs(this.#shell, {class: this.wide ? 'wide' : null});
    if (changed.has('isOpen') && !this.isOpen) this.#asked = false;
    this.#sync();
  }

  #sync() {
    const wanted = this.isOpen && !this.#asked && this.isConnected;
    if (wanted && !this.#shell.matches(':modal')) {
      this.#shell.removeAttribute('open');
      this.#opener = document.activeElement;
      this.#shell.showModal();
      this.#heading.focus({preventScroll: true});
    } else if (!wanted && this.#shell.open) {
      this.#shell.close();
      this.#giveBackFocus();
    }
  }

  #giveBackFocus() {
    const opener = this.#opener;
    this.#opener = null;
    if (opener?.isConnected && (document.activeElement === document.body || document.activeElement === this)) opener.focus({preventScroll: true});
  }
}

define('freshet-dialog', FreshetDialog);
