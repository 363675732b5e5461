import {el, say} from './base.js';

const QUEUED_LEVEL = 6; // percent of water that stands in a picture whose progress is not known yet

/** Water that rises in `box` to the true percentage of what is being made there, with the percentage as text. */
export class Water {
  #fill = el('span', {class: 'water', 'aria-hidden': 'true'}, el('i'));
  #state = el('span', {class: 'state run'}, el('i', {class: 'level', 'aria-hidden': 'true'}), el('span'));

  constructor(box) {
    box.append(this.#fill, this.#state);
  }

  /** From 0, which is not known, to 100. */
  rise(percent) {
    this.#fill.style.setProperty('--p', Math.max(QUEUED_LEVEL, percent));
    this.#state.firstChild.style.setProperty('--p', percent);
    say(this.#state.lastChild, percent ? `${percent} %` : 'Queued');
  }

  /** It is made, or will not be: `settled` calls back once the picture stands over the water. */
  drain(settled) {
    this.#state.remove();
    settled(() => this.#fill.remove());
  }
}
