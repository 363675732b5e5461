import {FreshetElement, attrs, define, el, icon} from './base.js';
import {askForEdit, askForHeart, keyButton} from './editing.js';
import {WRITES, keyName} from './hotkeys.js';
import {follow, itemUrl} from './links.js';
import {noteOpened} from './opened.js';
import {Retitle} from './retitle.js';

/** What can be done with the item of a dialog. Its controls stand in the dialog's head; what was refused is told below. */
class FreshetItemBar extends FreshetElement {
  static props = {mediaId: '', text: '', favourite: false, error: '', refused: '', deleted: false};
  #title = new Retitle({save: (text) => askForEdit(this, this.mediaId, 'title', text), moved: () => this.redraw('text')});
  #heart = keyButton('favorite', 'Favourite', 'F', () => askForHeart(this, this.mediaId, this.favourite));
  #open = el('a', {class: 'ib', 'aria-label': 'Open', title: 'Open its page, with all details (O)'}, icon('open_in_full'));
  #delete = keyButton('delete', 'Delete', 'Del', () => askForEdit(this, this.mediaId, 'delete'));
  #restore = el('button', {type: 'button', class: 'btn primary'}, icon('undo'), el('span', {}, 'Restore'));
  #placed = ''; // how the controls stand in the head now
  #pressed = (event) => this.#press(event);

  build() {
    follow(this.#open);
    this.#restore.addEventListener('click', () => askForEdit(this, this.mediaId, 'restore'));
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('keydown', this.#pressed);
    if (!this.deleted) this.#title.resume();
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this.#pressed);
    this.#clear();
  }

  /** The first row of the dialog around this element. */
  get #head() {
    return this.closest('dialog')?.querySelector(':scope > .top');
  }

  draw(changed) {
    if (changed.has('mediaId')) noteOpened(this.mediaId);
    this.#title.tell({id: this.mediaId, text: this.text, error: this.error, refused: this.refused});
    attrs(this.#open, {href: itemUrl(this.mediaId)});
    attrs(this.#heart, {'aria-pressed': String(this.favourite)});
    this.#heart.classList.toggle('on', this.favourite);
    this.#heart.firstChild.classList.toggle('fill', this.favourite);
    this.#place();
  }

  /** The pencil stands behind the title, the rest before the button that closes the dialog. */
  #place() {
    this.replaceChildren(this.#title.wrong, ...(this.deleted ? [this.#restore] : []));
    const head = this.#head;
    const place = !head || this.deleted ? '' : this.#title.writing ? 'writing' : 'reading';
    if (this.#placed === place) return;
    this.#clear();
    this.#placed = place;
    head?.classList.toggle('writing', place === 'writing');
    if (place === 'writing') head.lastElementChild.before(this.#title.field);
    if (place !== 'reading') return;
    head.firstElementChild.after(this.#title.pencil);
    head.lastElementChild.before(this.#heart, this.#open, this.#delete);
  }

  #clear() {
    this.#placed = '';
    this.#title.field.parentElement?.classList.remove('writing');
    for (const node of [this.#title.pencil, this.#heart, this.#open, this.#delete, this.#title.field]) node.remove();
  }

  #press(event) {
    const inUse = !this.deleted && this.closest('dialog')?.matches(':modal');
    if (!inUse || event.defaultPrevented || event.repeat || event.composedPath()[0].matches?.(WRITES)) return;
    const press = {f: this.#heart, o: this.#open, delete: this.#delete}[keyName(event)];
    if (!press) return;
    event.preventDefault();
    press.click();
  }
}

define('freshet-item-bar', FreshetItemBar);
