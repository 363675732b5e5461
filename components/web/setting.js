import {FreshetElement, attrs, define, el, say} from './base.js';
import {liveOff, onLiveChoice, switchLive} from './live_choice.js';
import {chooseTheme, chosenTheme} from './theme.js';

const THEMES = [['light', 'Light'], ['dark', 'Dark'], ['system', 'System']];

/** A setting that lives in this browser: "live", a switch, or "theme", one of three. */
class FreshetSetting extends FreshetElement {
  static props = {name: '', label: '', hint: ''};
  #label = el('span', {class: 'strong'});
  #hint = el('span', {class: 'meta'});
  #control = null;
  #look = () => this.#show();
  #unheard = null;

  build() {
    this.#control = this.name === 'theme' ? this.#choice() : this.#switch();
    // A label around a switch makes the whole line its button; around several buttons it would press the first.
    const line = el(this.name === 'theme' ? 'div' : 'label', {class: 'setting'});
    line.append(el('span', {class: 'col grow'}, this.#label, this.#hint), this.#control);
    this.append(line);
  }

  #switch() {
    const button = el('button', {type: 'button', role: 'switch', class: 'switch'});
    button.addEventListener('click', switchLive);
    return button;
  }

  #choice() {
    const buttons = THEMES.map(([value, label]) => el('button', {type: 'button', role: 'radio', 'data-value': value}, label));
    const group = el('div', {class: 'seg', role: 'radiogroup'}, ...buttons);
    group.addEventListener('click', (event) => this.#choose(event.target.closest('button')));
    group.addEventListener('keydown', (event) => {
      const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
      if (!step) return;
      event.preventDefault();
      const at = buttons.findIndex((button) => button.dataset.value === chosenTheme());
      const next = buttons[(at + step + buttons.length) % buttons.length];
      this.#choose(next);
      next.focus();
    });
    return group;
  }

  #choose(button) {
    if (button) chooseTheme(button.dataset.value);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#unheard = onLiveChoice(this.#look);
    for (const type of ['storage', 'freshet:theme']) window.addEventListener(type, this.#look);
  }

  disconnectedCallback() {
    this.#unheard();
    for (const type of ['storage', 'freshet:theme']) window.removeEventListener(type, this.#look);
  }

  draw() {
    say(this.#label, this.label);
    say(this.#hint, this.hint);
    attrs(this.#control, {'aria-label': this.label});
    this.#show();
  }

  #show() {
    if (this.name !== 'theme') {
      attrs(this.#control, {'aria-checked': String(!liveOff())});
      return;
    }
    for (const button of this.#control.children) {
      const chosen = button.dataset.value === chosenTheme();
      attrs(button, {'aria-checked': String(chosen)});
      button.tabIndex = chosen ? 0 : -1;
    }
  }
}

define('freshet-setting', FreshetSetting);
