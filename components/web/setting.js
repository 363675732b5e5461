import {FreshetElement, attrs, define, el, say} from './base.js';
import {liveOff, switchLive} from './live_choice.js';
import {isDark, toggleTheme} from './theme.js';

// name → [is it on, turn it over]
const SETTINGS = {
  live: [() => !liveOff(), switchLive],
  dark: [isDark, toggleTheme],
};

class FreshetSetting extends FreshetElement {
  static props = {name: '', label: '', hint: ''};
  #switch = el('button', {type: 'button', role: 'switch', class: 'switch'});
  #label = el('span', {class: 'strong'});
  #hint = el('span', {class: 'meta'});
  #look = () => this.redraw('name');

  build() {
    this.#switch.addEventListener('click', () => {
      SETTINGS[this.name]?.[1]();
      this.redraw('name');
    });
    this.append(el('label', {class: 'setting'}, el('span', {class: 'col grow'}, this.#label, this.#hint), this.#switch));
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('storage', this.#look);
  }

  disconnectedCallback() {
    window.removeEventListener('storage', this.#look);
  }

  draw() {
    say(this.#label, this.label);
    say(this.#hint, this.hint);
    const on = Boolean(SETTINGS[this.name]?.[0]());
    attrs(this.#switch, {'aria-checked': String(on), 'aria-label': this.label});
  }
}

define('freshet-setting', FreshetSetting);
