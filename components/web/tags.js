import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {askForEdit} from './editing.js';

/** An item's tags: each can be taken off, and more can be written. */
class FreshetTags extends FreshetElement {
  static props = {mediaId: '', tags: [], error: ''};
  #list = el('span', {class: 'row wrap', role: 'list', 'aria-label': 'Tags'});
  #add = el('button', {type: 'button', class: 'chip add'}, icon('add'), el('span', {}, 'Tag'));
  #input = el('input', {type: 'text', class: 'chip write', 'aria-label': 'New tag', placeholder: 'New tag', autocomplete: 'off', dir: 'auto', maxlength: '80', hidden: true});
  #asked = ''; // the tag that was sent last
  #wrong = el('span', {class: 'help bad', role: 'alert', hidden: true});

  build() {
    this.append(this.#list, this.#add, this.#input, this.#wrong);
    this.#add.addEventListener('click', () => this.#write(true));
    this.#input.addEventListener('keydown', (event) => {
      if (event.isComposing || !['Enter', ',', 'Escape'].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Escape') this.#write(false);
      else this.#submit(event.key === ',');
    });
    this.#input.addEventListener('blur', () => this.#input.value.trim() || this.#write(false));
  }

  draw(changed) {
    if (changed.has('tags')) this.#drawTags();
    if (changed.has('error') && this.error) this.#input.value ||= this.#asked; // nobody has to write it twice
    say(this.#wrong, this.#input.hidden ? '' : this.error);
    this.#wrong.hidden = this.#input.hidden || !this.error;
    attrs(this.#input, {'aria-invalid': this.#wrong.hidden ? null : 'true'});
  }

  #drawTags() {
    const held = new Map([...this.#list.children].map((chip) => [chip.dataset.tag, chip]));
    this.#list.replaceChildren(...this.tags.map((tag) => held.get(tag) ?? this.#chip(tag)));
    const written = this.#input.value.trim().toLowerCase();
    if (written && this.tags.some((tag) => tag.toLowerCase() === written)) this.#input.value = ''; // it stands there now
    this.#list.hidden = !this.tags.length;
  }

  #chip(tag) {
    const off = el('button', {type: 'button', class: 'off', 'aria-label': `Remove tag ${tag}`, title: 'Remove'}, icon('close', 's'));
    off.addEventListener('click', () => {
      this.#send('untag', tag);
      this.#add.focus();
    });
    return el('span', {class: 'chip', role: 'listitem', 'data-tag': tag}, el('span', {class: 'cut', title: tag}, tag), off);
  }

  #write(on) {
    const focused = document.activeElement === this.#input;
    this.#input.hidden = !on;
    this.#add.hidden = on;
    if (on) this.#input.focus();
    else {
      this.#input.value = '';
      if (focused) this.#add.focus();
    }
    this.redraw('error');
  }

  /** What was written stays in the field until it stands among the tags, unless somebody goes on writing the next one. */
  #submit(goesOn) {
    const tags = this.#input.value.split(',').map((tag) => tag.trim()).filter(Boolean);
    if (!tags.length) return this.#write(false);
    const wanted = tags.filter((tag) => !this.tags.includes(tag));
    this.#asked = wanted.at(-1) ?? '';
    if (goesOn || tags.length > 1 || !wanted.length) this.#input.value = '';
    for (const tag of wanted) this.#send('tag', tag);
  }

  #send(edit, value) {
    askForEdit(this, this.mediaId, edit, value);
  }
}

define('freshet-tags', FreshetTags);
