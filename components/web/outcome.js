import {FreshetElement, attrs, define, el, icon} from './base.js';
import {Picture} from './picture.js';
import {Water} from './water.js';

/**
 * A run's picture where it was ordered: water rises over what it is made from, then the picture lies there, in the same
 * place and size. `baseUrl` is what it is made from.
 */
class FreshetOutcome extends FreshetElement {
  static props = {mediaId: '', runId: '', status: 'generating', label: '', baseUrl: '', fileUrl: '', error: ''};
  #base = el('img', {alt: '', class: 'base', draggable: 'false'});
  #pic = el('div', {class: 'pic'});
  #picture = new Picture(this.#pic);
  #water = null;
  #percent = 0;

  build() {
    this.tabIndex = -1;
    this.append(this.#base, this.#pic);
  }

  connectedCallback() {
    super.connectedCallback();
    // The button that ordered it has made room: who pressed it by keyboard goes on from here.
    queueMicrotask(() => {
      const lost = document.activeElement === document.body;
      if (lost && this.isConnected && this.status === 'generating') this.focus({preventScroll: true});
    });
  }

  /** Percent, from the page's progress watch. */
  setProgress(percent) {
    if (this.status !== 'generating' || !this.#water) return;
    this.#percent = Math.max(this.#percent, Math.round(percent));
    this.#rise();
  }

  #rise() {
    this.#water ??= new Water(this.#pic);
    this.#water.rise(this.#percent);
    attrs(this.#pic, {'aria-label': `Being made, ${this.#percent} %: ${this.label}`});
  }

  draw(changed) {
    const making = this.status === 'generating';
    attrs(this, {'data-run': this.runId || null, 'data-status': this.status});
    attrs(this.#base, {src: this.baseUrl || null});
    attrs(this.#pic, {role: 'img', 'aria-label': this.label});
    if (changed.has('runId')) this.#percent = 0;
    if (making) this.#rise();
    else this.#drain();
    this.#picture.show(this.status === 'ready' ? this.fileUrl : null, '');
    this.#pic.querySelector('.why')?.remove();
    if (this.status === 'failed') this.#pic.append(el('div', {class: 'why'}, icon('error', 'l'), el('span', {}, this.error)));
  }

  #drain() {
    this.#water?.drain((gone) => this.#picture.settled(gone));
    this.#water = null;
  }
}

define('freshet-outcome', FreshetOutcome);
