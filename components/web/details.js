import {FreshetElement, define, el} from './base.js';
import {ago, exact, ticking} from './clock.js';
import {copyButton} from './copying.js';

/** All that is known of an item: what it was asked for with, and a list of facts. A fact that is a number is a time. */
class FreshetDetails extends FreshetElement {
  static props = {prompt: '', facts: []};
  #prompt = el('p', {class: 'prompt'});
  #asked = el('section', {}, el('div', {class: 'row'}, el('h2', {class: 'label grow'}, 'Prompt'), copyButton('content_copy', 'Copy prompt', () => this.prompt)), this.#prompt);
  #list = el('dl', {class: 'dl'});
  #still = null;

  build() {
    this.append(this.#asked, el('section', {}, el('h2', {class: 'label'}, 'Details'), this.#list));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#still ??= ticking(() => this.#tellAges());
  }

  disconnectedCallback() {
    this.#still?.();
    this.#still = null;
  }

  draw(changed) {
    if (changed.has('prompt')) this.#prompt.textContent = this.prompt;
    this.#asked.hidden = !this.prompt;
    if (!changed.has('facts')) return;
    this.#list.replaceChildren(...this.facts.map(([name, value]) => el('div', {}, el('dt', {}, name), this.#value(value))));
    this.#tellAges();
  }

  #value(value) {
    if (typeof value !== 'number') return el('dd', {}, value);
    return el('dd', {}, el('time', {datetime: new Date(value).toISOString(), title: exact(value), 'data-ms': value}));
  }

  #tellAges() {
    for (const time of this.#list.querySelectorAll('time')) time.textContent = ago(Number(time.dataset.ms));
  }
}

define('freshet-details', FreshetDetails);
