import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {ago, exact, ticking} from './clock.js';

/**
 * Prompts to choose from, one below the other: each a button with its name, if it has one, its text and when that was. Those
 * that are `mine` can be changed and removed, too. The arrow keys lead from one to the next.
 */
class FreshetPrompts extends FreshetElement {
  static props = {label: '', items: []};
  #still = null;

  build() {
    attrs(this, {role: 'list'});
    this.addEventListener('click', (event) => this.#press(event.target.closest('button')));
    this.addEventListener('keydown', (event) => this.#move(event));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#still ??= ticking(() => this.#tell());
  }

  disconnectedCallback() {
    this.#still?.();
    this.#still = null;
  }

  #press(button) {
    if (button) this.emit(button.dataset.asks, {id: button.dataset.id});
  }

  #move(event) {
    const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const rows = [...this.children];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    if (!by || at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    rows[at + by]?.firstChild.focus();
  }

  draw(changed) {
    attrs(this, {'aria-label': this.label});
    if (changed.has('items')) this.#fill();
    this.#tell();
  }

  /** The focus stays on its row, or goes to the one that is in its place now. */
  #fill() {
    const rows = [...this.children];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const {id, asks} = at < 0 ? {} : document.activeElement.dataset;
    this.replaceChildren(...this.items.map((item) => this.#row(item)));
    if (at < 0 || !this.children.length) return;
    const same = id && this.querySelector(`[data-id="${CSS.escape(id)}"][data-asks="${asks}"]`);
    (same || [...this.children].at(Math.min(at, this.children.length - 1)).firstChild).focus({preventScroll: true});
  }

  #row({id, name, text, ms, mine}) {
    const use = el('button', {type: 'button', class: 'prompt-use', 'data-id': id, 'data-asks': 'chooseEvent'});
    if (name) use.append(el('b', {class: 'cut', dir: 'auto'}, name));
    use.append(el('span', {class: 'cut2', dir: 'auto'}, text));
    if (ms) use.append(el('time', {class: 'meta', datetime: new Date(ms).toISOString(), 'data-ms': ms}));
    const more = mine ? [this.#also('edit', `Edit ${name}`, id, 'changeEvent'), this.#also('delete', `Delete ${name}`, id, 'removeEvent')] : [];
    return el('div', {role: 'listitem', class: 'prompt-row'}, use, ...more);
  }

  #also(symbol, label, id, asks) {
    return el('button', {type: 'button', class: 'ib', 'aria-label': label, title: label, 'data-id': id, 'data-asks': asks}, icon(symbol));
  }

  #tell() {
    for (const time of this.querySelectorAll('time')) {
      const ms = Number(time.dataset.ms);
      say(time, ago(ms));
      attrs(time, {title: exact(ms)});
    }
  }
}

define('freshet-prompts', FreshetPrompts);
