// What every Freshet element is built on.
//
// Mesop re-assigns every property of every element on every event, one after the other. So properties are declared once
// in `static props` (name → default), setters ignore equal values, and changes are drawn together in one microtask.
// Elements live in the light DOM and are built with createElement: the page's policy forbids innerHTML.

import {send} from './channel.js';

const same = (a, b) => a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
const stop = (event) => event.stopPropagation();

export class FreshetElement extends HTMLElement {
  static props = {};
  #held = {};
  #changed = new Set();
  #queued = false;
  #built = false;

  constructor() {
    super();
    Object.assign(this.#held, this.constructor.props);
    // Mesop's events bubble, and every element around this one that listens would send them a second time.
    this.addEventListener('mesop-event', stop);
  }

  /** Called once, before the first draw: make the nodes. */
  build() {}
  /** Called when properties changed: `changed` holds their names. */
  draw(_changed) {}
  /** Called whenever the server assigned a property, changed or not. */
  assigned(_name) {}

  connectedCallback() {
    // The wrapper that Mesop puts around every element must not become a flex or grid item of its own.
    this.parentElement?.classList.add('f-host');
    if (!this.#built) {
      this.#built = true;
      this.build();
      this.#changed = new Set(Object.keys(this.constructor.props));
    }
    this.#flush();
  }

  read(name) {
    return this.#held[name];
  }

  write(name, value) {
    this.assigned(name, value);
    if (same(this.#held[name], value)) return;
    this.#held[name] = value;
    this.redraw(name);
  }

  /** Draw again in a microtask, as if the named property had changed. */
  redraw(name) {
    this.#changed.add(name);
    if (this.#queued || !this.isConnected) return;
    this.#queued = true;
    queueMicrotask(() => this.#flush());
  }

  #flush() {
    this.#queued = false;
    if (!this.isConnected || !this.#changed.size) return;
    const changed = this.#changed;
    this.#changed = new Set();
    this.draw(changed);
  }

  /**
   * Send an event to the Python handler named in the face's `events`, if the page asked for it. Resolves once it is
   * answered; `how` as in channel.js.
   */
  emit(name, payload = {}, how = {}) {
    const handler = this[name];
    // Pressed by speech or a script, a button leaves the focus where somebody types: what is typed there goes first.
    const typing = handler && !how.quiet && document.activeElement?.closest('freshet-field');
    if (typing && typing !== this) typing.tell();
    return handler ? send(this, new window.MesopEvent(handler, payload), how) : Promise.resolve();
  }
}

/** Register an element and give its class an accessor for each declared property. */
export function define(tag, type) {
  if (customElements.get(tag)) return;
  for (const name of Object.keys(type.props)) {
    Object.defineProperty(type.prototype, name, {
      configurable: true,
      get() {
        return this.read(name);
      },
      set(value) {
        this.write(name, value);
      },
    });
  }
  customElements.define(tag, type);
}

/** Set attributes: null, undefined and false remove, true sets the bare attribute. Equal values are left alone. */
export function attrs(node, values) {
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === false) node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(value === true ? '' : value)) node.setAttribute(name, value === true ? '' : value);
  }
  return node;
}

/** Make an element with attributes and children (nodes or text). */
export function el(tag, values = {}, ...children) {
  const node = attrs(document.createElement(tag), values);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A symbol of the icon font; `look` adds classes, for example "fill". Its name is drawn by the stylesheet and is no text. */
export const icon = (name, look = '') => el('span', {class: `ms ${look}`.trim(), 'data-icon': name, 'aria-hidden': 'true'});

/** Write text only where it differs, so that selections and live regions stay quiet. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The nearest ancestor that scrolls vertically; the page itself if there is none. */
export function scroller(node) {
  for (let at = node.parentElement; at; at = at.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  }
  return document.scrollingElement;
}
