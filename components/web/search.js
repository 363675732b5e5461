import {isWanted} from './arrival.js';
import {FreshetElement, attrs, define, el, icon} from './base.js';
import {step} from './steps.js';

const PAUSE_MS = 300; // after the last letter, the words are sent
const ECHO_MS = 1000; // so long after an answer, Mesop may still draw it

/**
 * A field for words to look for. What is typed is sent after a pause, Enter sends it at once, Esc clears it. On a phone it
 * is a button until it is wanted, except in a dialog, whose words are no part of the page's address either.
 */
class FreshetSearch extends FreshetElement {
  static props = {value: '', label: 'Search', placeholder: '', inside: false}; // in a dialog
  #input = el('input', {class: 'txt', type: 'search', autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'search', maxlength: '200'});
  #clear = el('button', {type: 'button', class: 'ib sm', 'aria-label': 'Clear the search', title: 'Clear (Esc)'}, icon('close'));
  #key = el('kbd', {'aria-hidden': 'true'}, '/');
  #open = el('button', {type: 'button', class: 'ib only-s', title: 'Search'}, icon('search'));
  #box = el('div', {class: 'search', role: 'search'});
  #timer = 0;
  #sent = []; // {value} of each that was sent and not yet seen coming back, oldest first
  #stepped = false; // what is typed in one go is one step in the history

  build() {
    this.#box.append(icon('search'), this.#input, this.#key, this.#clear);
    this.append(this.#open, this.#box);
    this.#open.addEventListener('click', () => this.show());
    this.#clear.addEventListener('click', () => {
      this.#empty();
      this.#input.focus();
    });
    this.#input.addEventListener('input', () => this.#typed());
    this.#input.addEventListener('focus', () => { this.#stepped = false; });
    this.#input.addEventListener('blur', () => {
      if (this.#timer) this.#send();
      this.#draw();
    });
    this.#input.addEventListener('keydown', (event) => this.#press(event));
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  draw(changed) {
    attrs(this.#input, {'aria-label': this.label, placeholder: this.placeholder || null});
    attrs(this.#open, {'aria-label': this.label});
    this.#open.hidden = this.inside;
    this.classList.toggle('inside', this.inside);
    if (changed.has('value')) this.#take(this.value);
    this.#draw();
    if (!this.inside && isWanted('/')) requestAnimationFrame(() => this.show());
  }

  /** Our own words coming back change nothing; anything else is the server's word and is shown. */
  #take(value) {
    const echo = this.#sent.findIndex((sent) => sent.value === value);
    if (echo >= 0) this.#sent.splice(0, echo + 1);
    else if (!this.#timer) {
      this.#sent = [];
      this.#input.value = value;
    }
  }

  #draw() {
    const filled = this.#input.value !== '';
    this.classList.toggle('open', this.inside || filled || document.activeElement === this.#input);
    this.#clear.hidden = !filled;
    this.#key.hidden = filled || this.inside;
  }

  show() {
    this.classList.add('open');
    this.#input.focus();
    this.#input.select();
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), PAUSE_MS);
    this.#draw();
  }

  #press(event) {
    if (event.isComposing) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      this.#send();
    } else if (event.key === 'Escape' && (this.#input.value || !this.inside)) { // of an empty one it is the dialog's
      event.preventDefault();
      event.stopPropagation(); // Esc is for the words first
      if (this.#input.value) this.#empty();
      else this.#input.blur();
    }
  }

  #empty() {
    this.#input.value = '';
    this.#send();
    this.#draw();
  }

  #send() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const value = this.#input.value.trim().replace(/\s+/g, ' ');
    if (value === (this.#sent.at(-1)?.value ?? this.value)) return;
    if (!this.#stepped && !this.inside) step();
    this.#stepped = true;
    const sent = {value};
    this.#sent.push(sent);
    // What a later one has replaced, or what changed nothing, never comes back.
    const drop = () => { this.#sent = this.#sent.filter((other) => other !== sent); };
    this.emit('searchEvent', {q: value}, {latest: true}).then(() => setTimeout(drop, ECHO_MS));
  }
}

define('freshet-search', FreshetSearch);
