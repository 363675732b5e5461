import {FreshetElement, attrs, define, el, say} from './base.js';
import {liveOff, onLiveChoice, switchLive} from './live_choice.js';
import {choosePref, onPrefs, pref, systemZone, zones} from './prefs.js';
import {chooseTheme, chosenTheme, onTheme} from './theme.js';

const kept = (name) => ({now: () => pref(name), choose: (value) => choosePref(name, value), hear: onPrefs});

// How each is chosen, what it is now, and who says that it has changed.
const SETTINGS = {
  live: {make: makeSwitch, now: () => (liveOff() ? 'off' : 'on'), choose: switchLive, hear: onLiveChoice},
  theme: {make: makeChoice, options: [['light', 'Light'], ['dark', 'Dark'], ['system', 'System']], now: chosenTheme, choose: chooseTheme, hear: onTheme},
  zone: {make: makeMenu, ...kept('zone')},
  clock: {make: makeChoice, options: [['24', '24-hour'], ['12', '12-hour']], ...kept('clock')},
  units: {make: makeChoice, options: [['MB', 'MB'], ['MiB', 'MiB']], ...kept('units')},
  keys: {make: makeSwitch, ...kept('keys'), choose: () => choosePref('keys', pref('keys') === 'off' ? 'on' : 'off')},
};

/** A setting that lives in this browser, by its name in SETTINGS. */
class FreshetSetting extends FreshetElement {
  static props = {name: '', label: '', hint: ''};
  #label = el('span', {class: 'strong'});
  #hint = el('span', {class: 'meta'});
  #control = null;
  #unheard = null;

  get #setting() {
    return SETTINGS[this.name];
  }

  build() {
    const setting = this.#setting;
    this.#control = setting.make(setting);
    // A label around one control makes the whole line its button; around several buttons it would press the first.
    const line = el(setting.make === makeChoice ? 'div' : 'label', {class: 'setting'});
    const control = setting.make === makeMenu ? el('span', {class: 'menu'}, this.#control) : this.#control;
    line.append(el('span', {class: 'col grow'}, this.#label, this.#hint), control);
    this.append(line);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#unheard = this.#setting.hear(() => this.#show());
  }

  disconnectedCallback() {
    this.#unheard();
  }

  draw() {
    say(this.#label, this.label);
    say(this.#hint, this.hint);
    attrs(this.#control, {'aria-label': this.label});
    this.#show();
  }

  #show() {
    const value = this.#setting.now();
    if (this.#control.localName === 'select') this.#control.value = value;
    else if (this.#control.localName === 'button') attrs(this.#control, {'aria-checked': String(value === 'on')});
    for (const button of this.#control.querySelectorAll('[role=radio]')) {
      const chosen = button.dataset.value === value;
      attrs(button, {'aria-checked': String(chosen)});
      button.tabIndex = chosen ? 0 : -1;
    }
  }
}

function makeSwitch({choose}) {
  const button = el('button', {type: 'button', role: 'switch', class: 'switch'});
  button.addEventListener('click', choose);
  return button;
}

function makeChoice({options, now, choose}) {
  const buttons = options.map(([value, label]) => el('button', {type: 'button', role: 'radio', 'data-value': value}, label));
  const group = el('div', {class: 'seg', role: 'radiogroup'}, ...buttons);
  const press = (button) => button && choose(button.dataset.value);
  group.addEventListener('click', (event) => press(event.target.closest('button')));
  group.addEventListener('keydown', (event) => {
    const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.findIndex((button) => button.dataset.value === now());
    const next = buttons[(at + step + buttons.length) % buttons.length];
    press(next);
    next.focus();
  });
  return group;
}

/** Time zones by continent; in the browser's own menu they are found by typing. */
function makeMenu({choose}) {
  const groups = new Map();
  for (const zone of zones) {
    const [place, ...rest] = zone.split('/');
    const name = rest.length ? place : 'Other';
    if (!groups.has(name)) groups.set(name, el('optgroup', {label: name}));
    groups.get(name).append(el('option', {value: zone}, (rest.join('/') || zone).replaceAll('_', ' ')));
  }
  const system = el('option', {value: ''}, `System (${systemZone().replaceAll('_', ' ')})`);
  const menu = el('select', {}, system, ...groups.values());
  menu.addEventListener('change', () => choose(menu.value));
  return menu;
}

define('freshet-setting', FreshetSetting);
