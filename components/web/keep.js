import {FreshetElement, define} from './base.js';
import {hasDraft, keep, kept} from './drafts.js';

/**
 * Keeps what is chosen in a form, `values` by field, over a reload, and hands it to the page again. A field that has a draft
 * (under `formKey`, a hyphen and its name) hands that over itself: it is what was typed last.
 */
class FreshetKeep extends FreshetElement {
  static props = {formKey: '', values: {}};
  #giving = false; // until what was kept has reached the page, nothing is kept in its place

  build() {
    this.hidden = true;
  }

  draw(changed) {
    if (changed.has('formKey')) this.#give(kept(this.formKey));
    if (!this.#giving) keep(this.formKey, this.#now);
  }

  get #now() {
    return JSON.stringify(this.values);
  }

  #give(text) {
    if (text === null || text === this.#now) return;
    this.#giving = true;
    // After Mesop has put the element in place and listens to it.
    setTimeout(async () => {
      await this.emit('restoreEvent', {values: this.#untyped(text)});
      this.#giving = false;
    });
  }

  #untyped(text) {
    return Object.fromEntries(Object.entries(JSON.parse(text)).filter(([name]) => !hasDraft(`${this.formKey}-${name}`)));
  }
}

define('freshet-keep', FreshetKeep);
