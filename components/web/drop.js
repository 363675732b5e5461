import {FreshetElement, define, el, icon, say, scroller} from './base.js';

const AT_TOP = 8; // px from the top at which new tiles may simply arrive
const THUMBS = 3;

/**
 * "3 new", hanging from the waterline while the list is scrolled. At the very top it asks for the new tiles at once.
 * Pressed, it scrolls up, asks, and gives the focus to the first tile once the list, or one of the lists, has changed.
 */
class FreshetDrop extends FreshetElement {
  static props = {count: 0, thumbs: []};
  #dock = el('div', {class: 'dock', 'aria-live': 'polite'});
  #button = el('button', {type: 'button', class: 'drop'});
  #words = el('span');
  #stack = el('span', {class: 'stack', 'aria-hidden': 'true'});
  #asked = 0; // the count that was asked for already
  #scrolled = () => this.#look();

  build() {
    this.#button.append(icon('arrow_upward'), this.#words, this.#stack);
    this.#button.addEventListener('click', () => this.#press());
    this.append(this.#dock);
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('scroll', this.#scrolled, {capture: true, passive: true});
  }

  disconnectedCallback() {
    document.removeEventListener('scroll', this.#scrolled, {capture: true});
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

  get #atTop() {
    return (scroller(this)?.scrollTop ?? 0) <= AT_TOP;
  }

  #look() {
    if (!this.count) return;
    if (this.#atTop) this.#ask(true);
    else if (!this.#button.isConnected) this.#dock.append(this.#button);
  }

  #ask(auto) {
    if (this.#asked >= this.count) return;
    this.#asked = this.count;
    this.emit('showEvent', {count: this.count, auto}, {quiet: auto});
  }

  #press() {
    const frame = scroller(this);
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
