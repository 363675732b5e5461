import {want} from './arrival.js';
import {FreshetElement, define} from './base.js';
import {Hotkeys} from './hotkeys.js';

// Keys that mean the same on every page: each presses what can be pressed by hand, if the page has it.
const link = (path) => `freshet-nav a[data-url='${path}']`;
const PRESSES = {
  r: '.sheet freshet-status button',
  n: '.sheet freshet-drop button',
  c: link('/create/image'),
  'g h': link('/home'),
  'g l': link('/library'),
  'g i': link('/create/image'),
  'g v': link('/create/video'),
  'g t': link('/try-on'),
};

// What stands on one page alone is gone to, if need be: the element, and the page.
const SHOWS = {
  '/': ['freshet-search:not(.inside)', '/library'],
  '?': ['freshet-key-help', '/account'],
};

function show(key) {
  const [element, page] = SHOWS[key];
  const here = document.querySelector(element);
  if (here) {
    here.show();
    return;
  }
  want(key);
  press(link(page));
}

const press = (selector) => document.querySelector(selector)?.click();

class FreshetKeys extends FreshetElement {
  #keys = new Hotkeys(
    this,
    () => [...Object.keys(PRESSES), ...Object.keys(SHOWS)],
    (key) => (key in SHOWS ? show(key) : press(PRESSES[key])),
  );

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
