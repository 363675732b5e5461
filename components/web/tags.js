import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {askForEdit} from './editing.js';

const fold = (tag) => tag.normalize('NFKD').replace(/\p{M}/gu, '').replace(/\s+/g, ' ').trim().toLowerCase();

/**
 * An item's tags: each can be taken off, and more can be written, parted by commas. What is written stays in the field until it
 * stands among the tags: of several, the server takes all or none.
 */
class FreshetTags extends FreshetElement {
  static props = {mediaId: '', tags: [], error: ''};
  #list = el('span', {class: 'row wrap', role: 'list', 'aria-label': 'Tags'});
  #add = el('button', {type: 'button', class: 'chip add'}, icon('add'), el('span', {}, 'Tag'));
  #input = el('input', {type: 'text', class: 'chip write', 'aria-label': 'New tag', placeholder: 'New tag', autocomplete: 'off', dir: 'auto', maxlength: '1000', hidden: true});
  #entered = null; // the field when all of it was sent; before, its last tag may be unfinished
  #left = []; // tags that went from the field to their place: one that cannot be stored comes back
  #wrong = el('span', {class: 'help bad', role: 'alert', hidden: true});

  build() {
    this.append(this.#list, this.#add, this.#input, this.#wrong);
    this.#add.addEventListener('click', () => this.#write(true));
    this.#input.addEventListener('keydown', (event) => {
      if (event.isComposing || !['Enter', ',', 'Escape'].includes(event.key)) return;
      event.stopPropagation();
      if (event.key === ',') return this.#sendFinished();
      event.preventDefault();
      if (event.key === 'Escape') this.#write(false);
      else this.#submit();
    });
    this.#input.addEventListener('blur', () => this.#input.value.trim() || this.#write(false));
  }

  draw(changed) {
    if (changed.has('tags')) this.#drawTags();
    if (changed.has('error') && this.error) this.#bringBack(); // nobody has to write it twice
    say(this.#wrong, this.#input.hidden ? '' : this.error);
    this.#wrong.hidden = this.#input.hidden || !this.error;
    attrs(this.#input, {'aria-invalid': this.#wrong.hidden ? null : 'true'});
  }

  #drawTags() {
    const held = new Map([...this.#list.children].map((chip) => [chip.dataset.tag, chip]));
    this.#list.replaceChildren(...this.tags.map((tag) => held.get(tag) ?? this.#chip(tag)));
    this.#settle();
    this.#list.hidden = !this.tags.length;
  }

  #chip(tag) {
    const off = el('button', {type: 'button', class: 'off', 'aria-label': `Remove tag ${tag}`, title: 'Remove'}, icon('close', 's'));
    off.addEventListener('click', () => {
      this.#left = this.#left.filter((other) => fold(other) !== fold(tag));
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

  #submit() {
    this.#entered = this.#input.value;
    if (!this.#entered.trim()) return this.#write(false);
    this.#settle();
    this.#sendWritten(this.#input.value);
  }

  /** A comma is being typed: what stands before it is a tag. */
  #sendFinished() {
    setTimeout(() => this.#sendWritten(this.#input.value.slice(0, this.#input.value.lastIndexOf(',') + 1)));
  }

  #sendWritten(text) {
    if (text.split(',').some((tag) => tag.trim())) this.#send('tag', text);
  }

  /** What stands among the tags leaves the field. */
  #settle() {
    const there = new Set(this.tags.map(fold));
    const parts = this.#input.value.split(',');
    const last = this.#entered === this.#input.value ? null : parts.pop();
    const left = parts.filter((tag) => tag.trim() && !there.has(fold(tag)));
    if (left.length === parts.length) return;
    this.#left.push(...parts.filter((tag) => there.has(fold(tag))));
    this.#input.value = last === null ? left.join(',') : [...left, last.trimStart()].join(',');
    this.#entered = last === null ? this.#input.value : null;
  }

  #bringBack() {
    const there = new Set(this.tags.map(fold));
    const back = this.#left.splice(0).filter((tag) => !there.has(fold(tag)));
    if (back.length) this.#input.value = [...back, this.#input.value].filter((tag) => tag.trim()).join(',');
  }

  #send(edit, value) {
    askForEdit(this, this.mediaId, edit, value);
  }
}

define('freshet-tags', FreshetTags);
