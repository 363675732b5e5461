import {FreshetElement, attrs, define, el, icon} from './base.js';
import {Hotkeys} from './hotkeys.js';
import {follow, lead} from './links.js';

// The pages whose form made something, by its name.
const FORMS = {image: '/create/image', video: '/create/video', 'try-on': '/try-on'};

/**
 * Links to the form that made an item: Remix fills it with all of the item's settings, Variations with the picture itself and
 * its settings, for others like it. Neither stands there for what was imported.
 */
class FreshetAgain extends FreshetElement {
  static props = {mediaId: '', kind: '', varies: false};
  #remix = el('a', {class: 'btn line', title: 'Fill the form with all that made this (M)'}, icon('tune'), el('span', {}, 'Remix'));
  #vary = el('a', {class: 'btn line', title: 'Make others from this picture'}, icon('auto_awesome'), el('span', {}, 'Variations'));
  #keys = new Hotkeys(this, () => (this.kind ? ['m'] : []), () => this.#remix.click());

  build() {
    attrs(this, {role: 'group', 'aria-label': 'Make again'});
    for (const link of [this.#remix, this.#vary]) {
      follow(link);
      this.append(link);
    }
  }

  connectedCallback() {
    super.connectedCallback();
    this.#keys.connect();
  }

  disconnectedCallback() {
    this.#keys.disconnect();
  }

  draw() {
    const form = FORMS[this.kind];
    this.hidden = !form;
    if (form) {
      lead(this.#remix, `${form}?remix=${this.mediaId}`);
      lead(this.#vary, `${form}?vary=${this.mediaId}`);
    }
    this.#vary.hidden = !this.varies;
  }
}

define('freshet-again', FreshetAgain);
