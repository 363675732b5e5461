import {FreshetElement, attrs, define, el, icon} from './base.js';
import {follow, lead} from './links.js';

// Forms with a place for a picture: their address up to its id, a symbol, and what it is there.
const PLACES = [
  ['/create/image?from=', 'image', 'Image to repaint'],
  ['/create/video?from=', 'movie', 'Video, first frame'],
  ['/try-on?person=', 'checkroom', 'Try-on, person'],
  ['/try-on?product=', 'checkroom', 'Try-on, product'],
];

/** What a picture can be used for. */
class FreshetUses extends FreshetElement {
  static props = {mediaId: ''};
  #links = PLACES.map(([address, symbol, label]) => [address, el('a', {class: 'btn line'}, icon(symbol), el('span', {}, label))]);

  build() {
    this.classList.add('uses');
    attrs(this, {role: 'group', 'aria-label': 'Use as input for'});
    for (const [, link] of this.#links) {
      follow(link);
      this.append(link);
    }
  }

  draw() {
    for (const [address, link] of this.#links) lead(link, address + this.mediaId);
  }
}

define('freshet-uses', FreshetUses);
