import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {Beside} from './beside.js';
import {Foretaste} from './foretaste.js';
import {cover, readdress, uncover} from './layers.js';

/** What floats above the page may have to move: only what is inside the topmost dialog can be pressed. */
const tellOfLayers = () => window.dispatchEvent(new Event('freshet:dialog'));

const GRACE = 1000; // ms
const DOUBLE_MS = 500; // so long a press outside may be the second of a double click on what opened it

/**
 * A native dialog (role, focus trap, Esc, inert page behind it) around Mesop's children. Mesop 1.3.7 adds, lists and
 * removes the children of an element through `appendChild`, `children` and `removeChild`: these lead into the dialog, so
 * everything stays in the page's own tree, under its stylesheets and within reach of queries by role.
 * One that is `quick` opens on an item before the server has answered, see `foretell`, and goes on to its neighbours.
 */
class FreshetDialog extends FreshetElement {
  static props = {isOpen: false, label: '', words: [], address: '', quick: '', beside: ['', '']};
  static #count = 0;
  #heading = el('h2', {class: 'h2 cut', id: `dialog-heading-${++FreshetDialog.#count}`, tabindex: '-1'});
  #shell = el('dialog', {class: 'dialog wide', 'aria-labelledby': this.#heading.id});
  #purpose = el('span', {class: 'chip on'});
  #note = el('span', {class: 'state run hide-s'});
  #body = el('div', {class: 'dialog-body'});
  #close = el('button', {type: 'button', class: 'ib', 'aria-label': 'Close', title: 'Close (Esc)'}, icon('close'));
  #beside = new Beside(this.#shell, (to) => this.#step(to));
  #opener = null;
  #layer = null; // its entry in the history, while it is open
  #asked = false; // the user closed it; the server has not said so yet
  #openedAt = 0;
  #list = null; // the ear of the tiles that it was opened from (tiles.js)
  #taste = null; // what is shown until the server has said the same
  #pressed = (event) => this.#taste?.keep(event);

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
    this.#close.addEventListener('click', () => this.#ask('button'));
    const top = el('div', {class: 'top'}, this.#heading, this.#purpose, this.#note, el('span', {class: 'grow'}), ...this.#beside.buttons, this.#close);
    this.#shell.append(top, this.#body);
    this.append(this.#shell);
    // Events of elements inside are theirs alone: this host would send them a second time.
    this.#body.addEventListener('mesop-event', (event) => event.stopPropagation());
    this.#listen();
  }

  #listen() {
    let pressedOutside = false;
    this.#shell.addEventListener('pointerdown', (event) => { pressedOutside = this.#outside(event) && performance.now() - this.#openedAt > DOUBLE_MS; });
    this.#shell.addEventListener('click', (event) => {
      if (pressedOutside && this.#outside(event)) this.#ask('backdrop');
    });
    this.#shell.addEventListener('cancel', (event) => {
      if (event.target !== this.#shell) return; // a file picker inside was cancelled
      event.preventDefault();
      this.#ask('escape');
    });
    // A browser may close it on a second Esc without asking. It tells some time after: by then, it may be open on another.
    this.#shell.addEventListener('close', () => this.#wanted && !this.#shell.open && this.#ask('escape'));
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
    this.#endTaste();
    this.#sync();
    this.emit('closeEvent', {reason}).then(() => this.#closeIsKnown());
  }

  /** Also where the server never opened it, and so has nothing to tell. */
  #closeIsKnown() {
    if (!this.isOpen) this.#asked = false;
  }

  /**
   * Show at once what the server is about to be asked for: {id, label, picture}, the address of a small one or null, out of
   * `list`, the element that asks. Returns what is to be called when it has answered.
   */
  foretell(item, list) {
    this.#list = list;
    if (!this.quick) return () => {};
    const taste = new Foretaste(item, this.#body.querySelector('.facts')?.offsetHeight);
    this.#endTaste();
    this.#taste = taste;
    this.#asked = false;
    this.#body.hidden = true;
    this.#shell.append(taste.node);
    this.#shell.classList.add('foretelling');
    this.#name();
    this.#sync();
    this.#holdFocus();
    // Mesop draws an answer some time after it has come; one that shows another item, or none, is taken as it is.
    return () => setTimeout(() => this.#taste === taste && this.#reveal(), GRACE);
  }

  /** On to a neighbour; what is asked for before the last step has been answered waits for that. */
  #step(to) {
    const id = this.#beside.at(to);
    if (this.#taste) this.#taste.later(() => this.#step(to));
    else if (id) (this.#list?.isConnected ? this.#list : document.querySelector('freshet-tiles'))?.look(id);
    else this.#beside.tellNone(to);
  }

  /** What had the focus may have gone with the item before, or cannot be used until the next one is there. */
  #holdFocus() {
    const at = document.activeElement;
    const stays = this.#shell.contains(at) && at.checkVisibility({visibilityProperty: true});
    if (!stays && this.#shell.open) this.#heading.focus({preventScroll: true});
  }

  #reveal() {
    const taste = this.#taste;
    this.#taste = null;
    this.#shell.classList.remove('foretelling');
    this.#body.hidden = false;
    this.#name();
    this.#sync();
    taste.giveWay(this.#body);
  }

  #endTaste() {
    this.#taste?.node.remove();
    this.#taste = null;
    this.#shell.classList.remove('foretelling');
    this.#body.hidden = false;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('keydown', this.#pressed, true);
    this.#beside.connect();
    this.#sync();
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this.#pressed, true);
    this.#beside.disconnect();
    this.#endTaste();
    if (this.#shell.open) this.#shut();
    queueMicrotask(() => this.isConnected || this.#giveBackFocus());
  }

  draw(changed) {
    this.#name();
    attrs(this, {'data-quick': this.quick || null});
    [this.#purpose, this.#note].forEach((chip, place) => {
      say(chip, this.words[place] ?? '');
      chip.hidden = !this.words[place];
    });
    if (changed.has('isOpen') && !this.isOpen) this.#asked = false;
    this.#beside.tell(this.beside);
    // Once what is inside has been drawn, too.
    if (this.#taste && this.#showsIt) queueMicrotask(() => this.#taste && this.#showsIt && this.#reveal());
    this.#sync();
    if (changed.has('address')) requestAnimationFrame(() => this.#holdFocus());
  }

  #name() {
    const label = this.#taste?.label ?? this.label;
    say(this.#heading, label);
    attrs(this.#heading, {title: label});
    if (this.#layer) readdress(this.#layer, this.#address);
  }

  get #address() {
    if (this.quick === 'plain') return '';
    return this.#taste ? `item=${this.#taste.id}` : this.address;
  }

  /** Whether the server has opened it on what was foretold. */
  get #showsIt() {
    return this.isOpen && !this.#asked && this.address === `item=${this.#taste.id}`;
  }

  get #wanted() {
    return this.isConnected && (Boolean(this.#taste) || (this.isOpen && !this.#asked));
  }

  #shut() {
    this.#shell.close();
    uncover(this.#layer);
    this.#layer = null;
    tellOfLayers();
  }

  #sync() {
    const wanted = this.#wanted;
    if (wanted && !this.#shell.matches(':modal')) {
      this.#shell.removeAttribute('open');
      this.#opener = document.activeElement;
      this.#shell.showModal();
      if (this.#taste) this.#openedAt = performance.now();
      this.#heading.focus({preventScroll: true});
      this.#layer = cover(() => this.#ask('back'), this.#address);
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
