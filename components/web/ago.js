import {FreshetElement, attrs, define, el, say} from './base.js';
import {ago, exact, ticking, wallClock} from './clock.js';

/** "4 min ago", counting by itself, or "14:02", between other words, with the exact time on hover. */
class FreshetAgo extends FreshetElement {
  static props = {ms: 0, prefix: '', suffix: '', clock: false};
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
    say(this.#time, this.ms ? this.prefix + (this.clock ? wallClock : ago)(this.ms) + this.suffix : '');
  }
}

define('freshet-ago', FreshetAgo);
