import {FreshetElement, define} from './base.js';
import {Hotkeys} from './hotkeys.js';

// Keys that mean the same on every page: each presses what can be pressed by hand, if the page has it.
const link = (path) => `freshet-nav a[data-url='${path}']`;
const PRESSES = {
  r: '.sheet freshet-status button',
  n: '.sheet freshet-drop button',
  c: link('/create/image'),
  '?': link('/account'),
  'g h': link('/home'),
  'g l': link('/library'),
  'g i': link('/create/image'),
  'g v': link('/create/video'),
  'g t': link('/try-on'),
};

class FreshetKeys extends FreshetElement {
  #keys = new Hotkeys(this, () => Object.keys(PRESSES), (key) => document.querySelector(PRESSES[key])?.click());

  build() {
    this.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#keys.connect();
  }

  disconnectedCallback() {
    this.#keys.disconnect();
  }
}

define('freshet-keys', FreshetKeys);
