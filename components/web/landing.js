import {FreshetElement, define} from './base.js';

const CONTROL = ':is(input, textarea, button):not([aria-disabled])';

/**
 * Where one step of a dialog follows another, what had the focus leaves with the first one. Each new `step` gives it to the
 * first control of what scrolls in the dialog, else of the dialog's head, unless somebody is elsewhere by then. Elsewhere than in
 * a dialog it stands in a box of class "landing", whose first control gets it; "" as a step gives it to nothing.
 */
class FreshetLanding extends FreshetElement {
  static props = {step: ''};

  build() {
    this.hidden = true;
  }

  draw() {
    if (this.step) requestAnimationFrame(() => this.#land());
  }

  #land() {
    const at = document.activeElement;
    if (!this.isConnected || (at && at !== document.body)) return;
    this.closest('.landing')?.querySelector(CONTROL)?.focus();
    const box = this.closest('.choose');
    box?.querySelector(`.choose-body ${CONTROL}`)?.focus();
    if (document.activeElement === document.body) box?.querySelector(`.choose-head ${CONTROL}`)?.focus();
  }
}

define('freshet-landing', FreshetLanding);
