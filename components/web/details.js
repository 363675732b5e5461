import {FreshetElement, attrs, define, el, say} from './base.js';
import {ago, exact, ticking} from './clock.js';
import {copyButton} from './copying.js';
import {size} from './sizes.js';

/**
 * All that is known of an item: what it was asked for with, and a list of facts. A fact that is a number is a time; one that
 * is a pair is words, and a size in bytes.
 */
class FreshetDetails extends FreshetElement {
  static props = {prompt: '', facts: []};
  #prompt = el('p', {class: 'prompt', dir: 'auto'});
  #asked = el('section', {}, el('div', {class: 'row'}, el('h2', {class: 'label grow'}, 'Prompt'), copyButton('content_copy', 'Copy prompt', () => this.prompt)), this.#prompt);
  #list = el('dl', {class: 'dl'});
  #still = null;

  build() {
    this.append(this.#asked, el('section', {}, el('h2', {class: 'label'}, 'Details'), this.#list));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#still ??= ticking(() => this.#tell());
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
    this.#tell();
  }

  #value(value) {
    if (Array.isArray(value)) return el('dd', {'data-words': value[0], 'data-bytes': value[1]});
    if (typeof value !== 'number') return el('dd', {}, value);
    return el('dd', {}, el('time', {datetime: new Date(value).toISOString(), 'data-ms': value}));
  }

  #tell() {
    for (const time of this.#list.querySelectorAll('time')) {
      const ms = Number(time.dataset.ms);
      say(time, ago(ms));
      attrs(time, {title: exact(ms)});
    }
    for (const fact of this.#list.querySelectorAll('[data-bytes]')) {
      say(fact, `${fact.dataset.words} · ${size(Number(fact.dataset.bytes))}`);
    }
  }
}

define('freshet-details', FreshetDetails);
