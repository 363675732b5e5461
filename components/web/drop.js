import {FreshetElement, define, el, icon, say} from './base.js';
import {frameOf, wouldDisturb} from './busy.js';

const THUMBS = 3;

/**
 * "3 new", hanging from the waterline while they would disturb (busy.js). As soon as they would not, it asks for them.
 * Pressed, it scrolls up, asks, and gives the focus to the first tile once the list, or one of the lists, has changed.
 */
class FreshetDrop extends FreshetElement {
  static props = {count: 0, thumbs: []};
  #dock = el('div', {class: 'dock', 'aria-live': 'polite'});
  #button = el('button', {type: 'button', class: 'drop'});
  #words = el('span');
  #stack = el('span', {class: 'stack', 'aria-hidden': 'true'});
  #asked = 0; // the count that was asked for already
  #looks = () => this.#look();
  #looksSoon = () => setTimeout(this.#looks); // when the focus has arrived where it goes

  build() {
    this.#button.append(icon('arrow_upward'), this.#words, this.#stack);
    this.#button.addEventListener('click', () => this.#press());
    this.append(this.#dock);
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('scroll', this.#looks, {capture: true, passive: true});
    document.addEventListener('focusout', this.#looksSoon);
    window.addEventListener('freshet:dialog', this.#looksSoon);
  }

  disconnectedCallback() {
    document.removeEventListener('scroll', this.#looks, {capture: true});
    document.removeEventListener('focusout', this.#looksSoon);
    window.removeEventListener('freshet:dialog', this.#looksSoon);
  }

  draw(changed) {
    if (!this.count) this.#asked = 0;
    say(this.#words, `${this.count} new`);
    if (changed.has('thumbs')) {
      const pictures = this.thumbs.slice(0, THUMBS).map((url) => el('span', {}, el('img', {src: url, alt: ''})));
      this.#stack.replaceChildren(...pictures);
    }
    if (this.count) this.#look();
    else this.#button.remove();
  }

  #look() {
    if (!this.count || !this.isConnected) return;
    if (!wouldDisturb(this)) this.#ask(true);
    else if (!this.#button.isConnected) this.#dock.append(this.#button);
  }

  #ask(auto) {
    if (this.#asked >= this.count) return;
    this.#asked = this.count;
    this.emit('showEvent', {count: this.count, auto}, {quiet: auto});
  }

  #press() {
    const frame = frameOf(this);
    const top = (list) => list.querySelector('.hit');
    const lists = [...(frame?.querySelectorAll('[role=list]') ?? [])].map((list) => ({list, first: top(list)}));
    frame?.scrollTo({top: 0});
    this.#ask(false);
    const arrival = new MutationObserver(() => {
      const changed = lists.find(({list, first}) => list.isConnected && top(list) !== first);
      if (!changed) return;
      arrival.disconnect();
      const tile = top(changed.list);
      tile?.focus({preventScroll: true});
      tile?.scrollIntoView({block: 'nearest'}); // its list may stand further down
    });
    for (const {list} of lists) arrival.observe(list, {childList: true, subtree: true});
    setTimeout(() => arrival.disconnect(), 5000);
  }
}

define('freshet-drop', FreshetDrop);
