import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {forget, keep, kept} from './drafts.js';
import {SUBMIT, atDesk} from './keyboard.js';

const count = new Intl.NumberFormat('en-GB');
const unsaid = new Map(); // draft key → what is typed until the server has shown it: an element that is made anew takes it over

class FreshetField extends FreshetElement {
  static props = {
    fieldId: '', label: '', value: '', multiline: false, rows: 3, limit: null, placeholder: '', hint: '',
    submitHint: '', error: '', numeric: false, actionIcon: '', actionLabel: '', draftKey: '', token: '', given: false,
  };
  #input;
  #box = el('div', {class: 'input'});
  #label = el('label');
  #counter = el('span', {class: 'meta'});
  #hint = el('span', {class: 'help'});
  #wrong = el('span', {class: 'help bad', role: 'alert'});
  #action = el('button', {type: 'button', class: 'ib sm'});
  #sent = []; // values sent and not yet seen coming back, oldest first
  #drawn = false;
  #base = ''; // what the server held when the field appeared
  #desk = () => this.#drawHint(); // a mouse was plugged in, or taken away

  build() {
    const name = `field-${this.fieldId}`;
    this.classList.add('field');
    this.#input = el(this.multiline ? 'textarea' : 'input', {
      id: name, name, class: 'txt', autocomplete: 'off', type: this.multiline ? null : 'text',
      'aria-describedby': `${name}-hint ${name}-wrong`, spellcheck: this.numeric ? 'false' : null, dir: 'auto',
    });
    attrs(this.#label, {for: name});
    attrs(this.#hint, {id: `${name}-hint`});
    attrs(this.#wrong, {id: `${name}-wrong`});
    this.#box.append(this.#input);
    this.append(el('div', {class: 'lab'}, this.#label, this.#counter), this.#box, this.#wrong, this.#hint);
    this.#listen();
  }

  connectedCallback() {
    super.connectedCallback();
    atDesk.addEventListener('change', this.#desk);
  }

  disconnectedCallback() {
    atDesk.removeEventListener('change', this.#desk);
  }

  #listen() {
    this.#input.addEventListener('input', () => this.#typed());
    this.#input.addEventListener('change', () => this.#send());
    this.#input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing || !this.submitEvent) return;
      if (this.multiline && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      if (event.repeat) return; // keys that are held down ask once
      this.#send();
      this.emit('submitEvent', {value: this.#input.value, token: this.token});
    });
    this.#action.addEventListener('click', () => this.emit('actionEvent', {value: this.#input.value}));
    this.#box.addEventListener('click', (event) => event.target === this.#box && this.#input.focus());
  }

  /** It appears, or is another form's field from here on: Mesop keeps an element for what stands in the same place. */
  #begin() {
    this.#drawn = true;
    this.#sent = [];
    this.#base = this.#input.value = this.value;
    this.#restore();
  }

  #restore() {
    if (this.given) return this.#forget(); // what is there now came after what was being typed
    const text = this.draftKey ? unsaid.get(this.draftKey) ?? kept(this.draftKey) : null;
    if (text === null || text === this.value) return;
    this.#input.value = text;
    // After Mesop has put the element in place and listens to it.
    setTimeout(() => this.#send());
  }

  #typed() {
    this.#measure();
    if (!this.draftKey) return;
    unsaid.set(this.draftKey, this.#input.value);
    if (this.#input.value === this.#base) forget(this.draftKey);
    else keep(this.draftKey, this.#input.value);
  }

  #forget() {
    unsaid.delete(this.draftKey);
    forget(this.draftKey);
  }

  /** Send what is typed, if it has not been sent. */
  tell() {
    this.#send();
  }

  #send() {
    const text = this.#input.value;
    if (text === (this.#sent.at(-1) ?? this.value)) return;
    this.#sent.push(text);
    this.emit('changeEvent', {value: text});
  }

  draw(changed) {
    if (this.#drawn && !changed.has('draftKey')) {
      if (changed.has('value')) this.#take(this.value);
    } else {
      this.#begin();
    }
    if (unsaid.get(this.draftKey) === this.value) unsaid.delete(this.draftKey); // the server holds it
    say(this.#label, this.label);
    attrs(this.#input, {
      placeholder: this.placeholder || null,
      rows: this.multiline ? this.rows : null,
      inputmode: this.numeric ? 'numeric' : null,
    });
    this.#box.classList.toggle('area', this.multiline);
    this.#box.style.setProperty('--rows', this.rows);
    this.#drawHint();
    if (changed.has('actionIcon') || changed.has('actionLabel')) this.#drawAction();
    this.#measure();
  }

  /** Our own words coming back change nothing; anything else is the server's word and is shown. */
  #take(value) {
    const echo = this.#sent.indexOf(value);
    if (echo >= 0) {
      this.#sent.splice(0, echo + 1);
      return;
    }
    if (value === this.#input.value) return;
    this.#sent = [];
    this.#base = value;
    this.#input.value = value;
    if (this.draftKey && this.isConnected) this.#forget();
  }

  #drawHint() {
    const keys = this.submitHint && atDesk.matches ? `${SUBMIT} ${this.submitHint}` : '';
    const text = [this.hint, keys].filter(Boolean).join(' · ');
    say(this.#hint, text);
    this.#hint.hidden = !text;
  }

  #drawAction() {
    if (this.actionIcon) this.#box.append(this.#action);
    else this.#action.remove();
    attrs(this.#action, {'aria-label': this.actionLabel, title: this.actionLabel});
    this.#action.replaceChildren(...(this.actionIcon ? [icon(this.actionIcon)] : []));
  }

  #measure() {
    const length = [...this.#input.value].length;
    const over = this.limit !== null && length > this.limit;
    say(this.#counter, this.limit === null ? '' : `${count.format(length)} / ${count.format(this.limit)}`);
    const wrong = over
      ? `${count.format(length)} of ${count.format(this.limit)} characters. Shorten by ${count.format(length - this.limit)}`
      : this.error;
    this.#box.classList.toggle('invalid', Boolean(wrong));
    attrs(this.#input, {'aria-invalid': wrong ? 'true' : null});
    this.#wrong.hidden = !wrong;
    if (this.#wrong.dataset.text === wrong) return;
    this.#wrong.dataset.text = wrong;
    this.#wrong.replaceChildren(...(wrong ? [icon('error'), el('span', {}, wrong)] : []));
  }
}

define('freshet-field', FreshetField);
