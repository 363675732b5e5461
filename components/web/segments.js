import {FreshetElement, attrs, define, el, icon} from './base.js';
import {step} from './steps.js';

const REFUSED_MS = 300; // so long after its answer the server still has another value: it did not take the choice
const FRAME_AREA = 266; // square pixels of the small frame that draws an aspect ratio

function frame(value) {
  const [width, height] = value.split(':').map(Number);
  if (!width || !height) return null;
  const unit = Math.sqrt(FRAME_AREA / (width * height));
  const shape = el('i');
  shape.style.width = `${Math.round(width * unit)}px`;
  shape.style.height = `${Math.round(height * unit)}px`;
  return el('span', {class: 'frame', 'aria-hidden': 'true'}, shape);
}

class FreshetSegments extends FreshetElement {
  static props = {label: '', options: [], value: '', kind: 'seg', showLabel: null, steps: false};
  #group = el('div');
  #caption = el('span', {class: 'lab', 'aria-hidden': 'true'});
  #picked = null; // what was pressed last, until the server has it too, or has refused it
  #asked = 0; // presses so far
  #refused = 0;

  build() {
    this.append(this.#caption, this.#group);
    this.#group.addEventListener('click', (event) => this.#pick(event.target.closest('button')?.dataset.value));
    this.#group.addEventListener('keydown', (event) => this.#move(event));
  }

  async #pick(value) {
    if (value === undefined || value === this.#shown) return;
    this.#picked = value;
    clearTimeout(this.#refused);
    this.#mark();
    const press = ++this.#asked;
    if (this.steps) step();
    await this.emit('selectEvent', {value}, {latest: true});
    if (press === this.#asked) this.#settle();
  }

  /** The last press has been answered; what the server holds now may still be on its way onto the screen. */
  #settle() {
    const give = () => {
      this.#picked = null;
      this.#mark();
    };
    if (this.value === this.#picked) give();
    else this.#refused = setTimeout(give, REFUSED_MS);
  }

  get #shown() {
    return this.#picked ?? this.value;
  }

  #move(event) {
    const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity}[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    const buttons = [...this.#group.children];
    const at = buttons.indexOf(event.target.closest('button'));
    const next = Number.isFinite(step) ? (at + step + buttons.length) % buttons.length : step > 0 ? buttons.length - 1 : 0;
    event.preventDefault();
    buttons[next].focus();
    this.#pick(buttons[next].dataset.value);
  }

  draw(changed) {
    const tabs = this.kind === 'tabs';
    const labelled = this.showLabel ?? (this.kind === 'aspects' || this.closest('.form') !== null);
    attrs(this, {class: `segments${labelled ? ' field' : ''}`});
    this.#caption.textContent = this.label;
    this.#caption.hidden = !labelled;
    attrs(this.#group, {
      class: {tabs: 'tabs', aspects: 'asps'}[this.kind] ?? `seg${labelled ? ' full' : ''}`,
      role: tabs ? 'tablist' : 'radiogroup',
      'aria-label': this.label,
    });
    if (changed.has('options') || changed.has('kind')) this.#fill(tabs);
    this.#mark();
  }

  #fill(tabs) {
    const focused = document.activeElement?.dataset?.value;
    const held = this.#group.contains(document.activeElement);
    const buttons = this.options.map((option) => el(
      'button',
      {type: 'button', role: tabs ? 'tab' : 'radio', class: this.kind === 'aspects' ? 'asp' : null, 'data-value': option.value},
      this.kind === 'aspects' ? frame(option.value) : option.icon ? icon(option.icon) : null,
      el('span', {}, option.label),
    ));
    this.#group.replaceChildren(...buttons);
    if (held) buttons.find((button) => button.dataset.value === focused)?.focus({preventScroll: true});
  }

  #mark() {
    const buttons = [...this.#group.children];
    const state = this.kind === 'tabs' ? 'aria-selected' : 'aria-checked';
    const chosen = buttons.find((button) => button.dataset.value === this.#shown);
    for (const button of buttons) {
      button.setAttribute(state, String(button === chosen));
      button.tabIndex = button === (chosen ?? buttons[0]) ? 0 : -1;
    }
  }
}

define('freshet-segments', FreshetSegments);
