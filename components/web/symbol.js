import {FreshetElement, define, icon} from './base.js';

/** A decorative symbol of the icon font, silent for assistive technology. */
class FreshetSymbol extends FreshetElement {
  static props = {name: '', look: ''};

  draw() {
    this.replaceChildren(icon(this.name, this.look));
  }
}

define('freshet-symbol', FreshetSymbol);
