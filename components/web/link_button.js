import {FreshetElement, attrs, define, el, icon} from './base.js';
import {follow, lead} from './links.js';

class FreshetLinkButton extends FreshetElement {
  static props = {label: '', icon: '', href: '', download: false, iconOnly: false, variant: 'line', inside: false};
  #link;

  build() {
    this.#link = el('a');
    this.append(this.#link);
  }

  draw(changed) {
    if (changed.has('inside') && this.inside) follow(this.#link);
    attrs(this.#link, {
      class: `${this.iconOnly ? 'ib' : 'btn'} ${this.variant}`,
      download: this.download,
      'aria-label': this.iconOnly ? this.label : null,
      title: this.iconOnly ? this.label : null,
    });
    if (this.inside) lead(this.#link, this.href);
    else attrs(this.#link, {href: this.href});
    const parts = [this.icon ? icon(this.icon) : null, this.iconOnly ? null : el('span', {class: 'cut'}, this.label)];
    this.#link.replaceChildren(...parts.filter(Boolean));
  }
}

define('freshet-link-button', FreshetLinkButton);
