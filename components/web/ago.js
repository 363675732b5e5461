import {FreshetElement, attrs, define, el, say} from './base.js';
import {ago, exact, ticking, until, wallClock} from './clock.js';

const WAYS = {ago, clock: wallClock, until};

/** "4 min ago" or "in 12 days", counting by itself, or "14:02", between other words, with the exact time on hover. */
class FreshetAgo extends FreshetElement {
  static props = {ms: 0, prefix: '', suffix: '', way: 'ago'};
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
    attrs(this.#time, {datetime: this.ms ? new Date(this.ms).toISOString() : null});
    this.#tell();
  }

  #tell() {
    say(this.#time, this.ms ? this.prefix + WAYS[this.way](this.ms) + this.suffix : '');
    attrs(this.#time, {title: this.ms ? exact(this.ms) : null});
  }
}

define('freshet-ago', FreshetAgo);
