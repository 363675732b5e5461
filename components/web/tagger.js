import {el} from './base.js';
import {lined} from './panels.js';

/**
 * A panel that asks for tags, parted by commas. What is written stays in the field until it has been taken.
 *
 * `send(edit, tags)` is called with "tag" or "untag".
 */
export class Tagger {
  #send;
  #known = el('datalist', {id: 'selection-tags'});
  #field = el('input', {class: 'txt', type: 'text', id: 'selection-tag', autocomplete: 'off', list: 'selection-tags', maxlength: '1000'});
  #panel = el('div', {class: 'panel tagger', popover: 'auto', role: 'dialog', 'aria-label': 'Tag'});
  #sent = null; // what was written there when it was sent

  constructor({send}) {
    this.#send = send;
    const act = (edit, look, words) => {
      const button = el('button', {type: 'button', class: `btn ${look}`}, words);
      button.addEventListener('click', () => this.#submit(edit));
      return button;
    };
    this.#panel.append(
      lined('Tag', this.#field, () => this.#submit('tag')),
      this.#known,
      el('div', {class: 'row'}, act('tag', 'primary', 'Add'), act('untag', 'line', 'Remove')),
    );
  }

  get panels() {
    return [this.#panel];
  }

  draw(tags) {
    this.#known.replaceChildren(...tags.map((value) => el('option', {value})));
  }

  open() {
    this.#panel.showPopover();
    this.#field.focus({preventScroll: true});
    this.#field.select();
  }

  /** The tags are with the items now; what somebody has written since is not. */
  taken() {
    if (this.#sent === this.#field.value) {
      this.#field.value = '';
      if (this.#panel.matches(':popover-open')) this.#panel.hidePopover();
    }
    this.#sent = null;
  }

  #submit(edit) {
    if (!this.#field.value.split(',').some((tag) => tag.trim())) {
      this.#field.focus();
      return;
    }
    this.#sent = this.#field.value;
    this.#send(edit, this.#sent);
  }
}
