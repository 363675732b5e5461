import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {copyButton} from './copying.js';
import {ask, askForEdit, askForHeart, keyButton} from './editing.js';
import {Hotkeys} from './hotkeys.js';
import {follow, sharedUrl} from './links.js';
import {noteOpened} from './opened.js';
import {Retitle} from './retitle.js';

/** The head of an item's page: the way back, the title and its writing anew, and what can be done with the item. */
class FreshetItemHead extends FreshetElement {
  static props = {mediaId: '', text: '', favourite: false, error: '', refused: '', deleted: false, fileUrl: '', backUrl: '/library'};
  #title = new Retitle({save: (text) => askForEdit(this, this.mediaId, 'title', text), moved: () => this.redraw('text')});
  #back = el('a', {class: 'ib', 'aria-label': 'Back to Library', title: 'Back to Library'}, icon('arrow_back'));
  #heading = el('h1', {class: 'h1 cut'});
  #space = el('span', {class: 'grow'});
  #heart = keyButton('favorite', 'Favourite', 'F', () => askForHeart(this, this.mediaId, this.favourite));
  #link = copyButton('link', 'Copy link', () => sharedUrl(this.mediaId));
  #download = el('a', {class: 'btn line', download: true, 'aria-label': 'Download'}, icon('download'), el('span', {class: 'cut hide-s'}, 'Download'));
  #delete = keyButton('delete', 'Delete', 'Del', () => this.emit('deleteEvent', {id: this.mediaId}));
  #keys = new Hotkeys(this, () => (this.#aTileHasThem() ? ['u'] : ['u', 'f', 'Delete']), (key) => this.#press(key));
  #placed = '';

  build() {
    follow(this.#back);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#keys.connect();
    if (!this.deleted) this.#title.resume();
  }

  disconnectedCallback() {
    this.#keys.disconnect();
  }

  draw(changed) {
    if (changed.has('mediaId')) noteOpened(this.mediaId);
    this.#title.tell({id: this.mediaId, text: this.text, error: this.error, refused: this.refused});
    attrs(this.#back, {href: this.backUrl});
    say(this.#heading, this.text);
    attrs(this.#heading, {title: this.text});
    attrs(this.#heart, {'aria-pressed': String(this.favourite)});
    this.#heart.classList.toggle('on', this.favourite);
    this.#heart.firstChild.classList.toggle('fill', this.favourite);
    attrs(this.#download, {href: this.fileUrl ? `${this.fileUrl}&download=1` : null});
    this.#download.hidden = !this.fileUrl;
    this.#place();
  }

  #place() {
    const writing = this.#title.writing && !this.deleted;
    const placed = `${writing} ${this.deleted}`;
    if (this.#placed === placed) return;
    this.#placed = placed;
    const middle = writing ? [this.#title.field] : [this.#heading, this.deleted ? null : this.#title.pencil, this.#space];
    const after = this.deleted ? [] : [this.#heart, this.#link, this.#download, this.#delete];
    this.replaceChildren(this.#back, ...middle.filter(Boolean), ...after, this.#title.wrong);
  }

  /** A focused tile has F and Del for itself. */
  #aTileHasThem() {
    return Boolean(document.activeElement?.closest('freshet-tile'));
  }

  #press(key) {
    if (key === 'u') this.#takeBack();
    const button = {f: this.#heart, Delete: this.#delete}[key];
    if (button?.isConnected) button.click();
  }

  /** The deletion of what is shown; else the last one of this tab, as the toast does. */
  #takeBack() {
    if (this.deleted && this.mediaId) askForEdit(this, this.mediaId, 'restore');
    else ask(this, {edit: 'undo'});
  }
}

define('freshet-item-head', FreshetItemHead);
