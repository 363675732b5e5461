import {FreshetElement, attrs, define, el, say} from './base.js';
import {ago, exact, ticking} from './clock.js';

/** "4 min ago", counting by itself, with the exact time on hover. */
class FreshetAgo extends FreshetElement {
  static props = {ms: 0, prefix: ''};
  #time = el('time');
  #still = null;

  build() {
    this.append(this.#time);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#still ??= ticking(() => this.#tell());
  }

  disconnectedCallback() {
    this.#still?.();
    this.#still = null;
  }

  draw() {
    attrs(this.#time, {datetime: this.ms ? new Date(this.ms).toISOString() : null, title: this.ms ? exact(this.ms) : null});
    this.#tell();
  }

  #tell() {
    say(this.#time, this.ms ? this.prefix + ago(this.ms) : '');
  }
}

define('freshet-ago', FreshetAgo);
