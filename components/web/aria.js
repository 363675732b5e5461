import {FreshetElement, attrs, define} from './base.js';

// box → the element that speaks for it. Mesop may put a new one into a box before it takes the old one out.
const speakers = new WeakMap();

/**
 * Gives the Mesop box around it a role and a name. The attributes stay on the box's own element, which Mesop does not
 * touch when it renders again; when this element leaves, they leave with it. "presentation" hides a decoration.
 */
class FreshetAria extends FreshetElement {
  static props = {boxRole: '', label: '', level: null, live: '', busy: null, current: ''};
  #target = null;

  connectedCallback() {
    this.hidden = true;
    const target = this.closest('[mesop-box]');
    if (target !== this.#target) {
      this.#target = target;
      this.redraw('boxRole');
    }
    if (target) speakers.set(target, this);
    super.connectedCallback();
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected || speakers.get(this.#target) !== this) return;
      attrs(this.#target, {role: null, 'aria-hidden': null, 'aria-label': null, 'aria-level': null, 'aria-live': null, 'aria-busy': null, 'aria-current': null});
      this.#target = null;
    });
  }

  draw() {
    if (!this.#target) return;
    attrs(this.#target, {
      role: this.boxRole || null,
      'aria-hidden': this.boxRole === 'presentation' ? 'true' : null,
      'aria-label': this.label || null,
      'aria-level': this.level,
      'aria-live': this.live || null,
      'aria-busy': this.busy === null ? null : String(this.busy),
      'aria-current': this.current || null,
    });
  }
}

define('freshet-aria', FreshetAria);
