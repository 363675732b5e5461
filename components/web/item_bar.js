import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {forget, keep, kept} from './drafts.js';
import {WRITES, keyName} from './hotkeys.js';

const orderly = (text) => text.trim().replace(/\s+/g, ' ');

/** What can be done with the item of a dialog. Its controls stand in the dialog's head; what was refused is told below. */
class FreshetItemBar extends FreshetElement {
  static props = {mediaId: '', text: '', favourite: false, error: '', deleted: false};
  #rename = this.#button('edit', 'Rename', '', () => this.#write(this.text));
  #heart = this.#button('favorite', 'Favourite', 'F', () => this.#send('favourite', !this.favourite));
  #delete = this.#button('delete', 'Delete', 'Del', () => this.#send('delete'));
  #input = el('input', {type: 'text', class: 'txt', 'aria-label': 'Title', autocomplete: 'off', spellcheck: 'true'});
  #save = el('button', {type: 'button', class: 'btn primary mini'}, el('span', {}, 'Save'));
  #field = el('span', {class: 'input retitle'}, this.#input, this.#save);
  #wrong = el('span', {class: 'help bad', role: 'alert'});
  #restore = el('button', {type: 'button', class: 'btn primary'}, icon('undo'), el('span', {}, 'Restore'));
  #writing = false;
  #placed = ''; // how the controls stand in the head now
  #pressed = (event) => this.#press(event);

  build() {
    attrs(this.#wrong, {id: `wrong-${this.mediaId}`});
    attrs(this.#input, {'aria-describedby': this.#wrong.id});
    this.#restore.addEventListener('click', () => this.#send('restore'));
    this.#save.addEventListener('click', () => this.#submit());
    this.#input.addEventListener('input', () => keep(this.#draft, this.#input.value));
    this.#input.addEventListener('keydown', (event) => {
      if (event.isComposing || !['Enter', 'Escape'].includes(event.key)) return;
      event.preventDefault(); // Esc is for the title alone, not for the dialog
      event.stopPropagation();
      if (event.key === 'Escape') this.#read();
      else if (!event.repeat) this.#submit();
    });
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('keydown', this.#pressed);
    const text = this.deleted ? null : kept(this.#draft);
    if (text !== null && text !== this.text) this.#write(text);
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this.#pressed);
    this.#clear();
  }

  get #draft() {
    return `title-${this.mediaId}`;
  }

  /** The first row of the dialog around this element. */
  get #head() {
    return this.closest('dialog')?.querySelector(':scope > .top');
  }

  draw(changed) {
    if (changed.has('text')) this.#read();
    attrs(this.#heart, {'aria-pressed': String(this.favourite)});
    this.#heart.classList.toggle('on', this.favourite);
    this.#heart.firstChild.classList.toggle('fill', this.favourite);
    this.#place();
    this.#tell();
  }

  /** The pencil stands behind the title, the rest before the button that closes the dialog. */
  #place() {
    this.replaceChildren(this.#wrong, ...(this.deleted ? [this.#restore] : []));
    const head = this.#head;
    const place = !head || this.deleted ? '' : this.#writing ? 'writing' : 'reading';
    if (this.#placed === place) return;
    this.#clear();
    this.#placed = place;
    if (place === 'writing') head.lastElementChild.before(this.#field);
    if (place !== 'reading') return;
    head.firstElementChild.after(this.#rename);
    head.lastElementChild.before(this.#heart, this.#delete);
  }

  #clear() {
    this.#placed = '';
    for (const node of [this.#rename, this.#heart, this.#delete, this.#field]) node.remove();
  }

  #tell() {
    const wrong = this.#writing ? this.error : '';
    attrs(this.#input, {'aria-invalid': wrong ? 'true' : null});
    this.#field.classList.toggle('invalid', Boolean(wrong));
    this.#wrong.hidden = !wrong;
    if (this.#wrong.dataset.text === wrong) return;
    this.#wrong.dataset.text = wrong;
    this.#wrong.replaceChildren(...(wrong ? [icon('error'), el('span', {}, wrong)] : []));
  }

  /** Begin to write a new title. */
  #write(text) {
    this.#writing = true;
    this.#input.value = text;
    this.redraw('error');
    queueMicrotask(() => this.#input.isConnected && (this.#input.focus(), this.#input.select()));
  }

  /** Show the title as it is. */
  #read() {
    if (!this.#writing) return;
    const focused = this.#field.contains(document.activeElement);
    this.#writing = false;
    forget(this.#draft);
    this.redraw('error');
    if (focused) queueMicrotask(() => this.#rename.focus());
  }

  #submit() {
    const text = this.#input.value;
    if (orderly(text) === this.text) this.#read();
    else this.#send('title', text);
  }

  #press(event) {
    const inUse = !this.deleted && this.closest('dialog')?.matches(':modal');
    if (!inUse || event.defaultPrevented || event.repeat || event.composedPath()[0].matches?.(WRITES)) return;
    const press = {f: this.#heart, delete: this.#delete}[keyName(event)];
    if (!press) return;
    event.preventDefault();
    press.click();
  }

  #button(symbol, label, key, press) {
    const hint = key ? `${label} (${key})` : label;
    const button = el('button', {type: 'button', class: 'ib', 'aria-label': label, title: hint}, icon(symbol));
    button.addEventListener('click', press);
    return button;
  }

  #send(edit, value = null) {
    this.dispatchEvent(new CustomEvent('freshet:edit', {bubbles: true, detail: {id: this.mediaId, edit, value}}));
  }
}

define('freshet-item-bar', FreshetItemBar);
