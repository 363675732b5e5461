import {FreshetElement, attrs, define, el, icon} from './base.js';
import {forget, keep, kept} from './drafts.js';

const unused = new Map(); // by template: what was typed into its fields, by name, and not used

/**
 * A template's fields to be written into, and beside them the prompt as it will be. `parts` are words, and places of fields:
 * numbers. `fields` are pairs of name and default; `wrongs` say of each what is wrong with it. What is typed stays for the next
 * time that this template is to be filled in, until it is used.
 */
class FreshetFill extends FreshetElement {
  static props = {parts: [], fields: [], wrongs: [], templateId: ''};
  #list = el('div', {class: 'fill-fields'});
  #prompt = el('p', {class: 'prompt', dir: 'auto'});
  #use = el('button', {type: 'button', class: 'btn primary big'}, 'Use');

  build() {
    this.classList.add('fill');
    const preview = el('section', {class: 'fill-preview', 'aria-label': 'Preview'}, el('h3', {class: 'label'}, 'Prompt'), this.#prompt);
    this.append(this.#list, preview, el('div', {class: 'fill-foot'}, this.#use));
    this.#use.addEventListener('click', () => this.#ask());
    this.#list.addEventListener('input', () => {
      this.#keep();
      this.#preview();
    });
    this.#list.addEventListener('focusin', (event) => event.target.select?.());
    this.#list.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing || event.repeat) return;
      event.preventDefault();
      this.#ask();
    });
  }

  get #inputs() {
    return [...this.#list.querySelectorAll('input')];
  }

  get #draft() {
    return `fill-${this.templateId}`;
  }

  #keep() {
    const typed = this.#inputs.map((input) => [input.dataset.name, input.value]);
    unused.set(this.templateId, typed);
    keep(this.#draft, JSON.stringify(typed));
  }

  #kept() {
    const text = kept(this.#draft);
    return unused.get(this.templateId) ?? (text === null ? [] : JSON.parse(text));
  }

  #ask() {
    unused.delete(this.templateId);
    forget(this.#draft);
    this.emit('useEvent', {values: this.#inputs.map((input) => input.value)});
  }

  draw(changed) {
    if (changed.has('templateId')) this.#fill(this.#kept());
    else if (changed.has('fields')) this.#fill(this.#inputs.map((input) => [input.dataset.name, input.value]));
    if (changed.has('wrongs') || changed.has('fields')) this.#blame();
    this.#preview();
  }

  /** What was written into a field already, pairs of name and text, stays if there is one of this name. */
  #fill(before) {
    const written = new Map(before);
    this.#list.replaceChildren(...this.fields.map(([name, otherwise], place) => {
      const input = el('input', {
        id: `fill-${place}`, class: 'txt', type: 'text', autocomplete: 'off', dir: 'auto', 'data-name': name,
        placeholder: otherwise || null, 'aria-describedby': `fill-${place}-wrong`,
      });
      input.value = written.get(name) ?? otherwise;
      return el(
        'div', {class: 'field'}, el('div', {class: 'lab'}, el('label', {for: `fill-${place}`}, name)),
        el('div', {class: 'input'}, input), el('span', {class: 'help bad', id: `fill-${place}-wrong`, role: 'alert', hidden: true}),
      );
    }));
    this.#list.hidden = !this.fields.length;
  }

  #blame() {
    const inputs = this.#inputs;
    inputs.forEach((input, place) => {
      const wrong = this.wrongs[place] ?? '';
      const told = this.querySelector(`#fill-${place}-wrong`);
      told.replaceChildren(...(wrong ? [icon('error'), el('span', {}, wrong)] : []));
      told.hidden = !wrong;
      attrs(input, {'aria-invalid': wrong ? 'true' : null});
      input.parentElement.classList.toggle('invalid', Boolean(wrong));
    });
    if (this.wrongs.some(Boolean)) this.#keep(); // it was not used
    inputs.find((input) => input.hasAttribute('aria-invalid'))?.focus();
  }

  #preview() {
    const inputs = this.#inputs;
    this.#prompt.replaceChildren(...this.parts.map((part) => (typeof part === 'number' ? this.#gap(inputs[part], this.fields[part]) : part)));
  }

  #gap(input, [name, otherwise]) {
    const said = input.value.trim() || otherwise;
    return said ? el('mark', {}, said) : el('mark', {class: 'missing'}, name);
  }
}

define('freshet-fill', FreshetFill);
