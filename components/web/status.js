import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {isBusy} from './busy.js';
import {ago, exact, ticking, wallClock} from './clock.js';

// mode → [mark, word after the age]. The words are the product's vocabulary for freshness, the same on every page.
const MODES = {
  plain: ['', ''],
  asked: ['', ''],
  live: ['dot', 'Live'],
  polling: ['dot poll', 'Polling'],
  catching: ['dot part', 'Catching up'],
  reconnecting: ['dot part', 'Reconnecting…'],
  off: ['dot still', 'Live updates off'],
  offline: ['cloud_off', 'Offline'],
  failed: ['sync_problem', 'Refresh failed'],
  loading: ['', ''],
};
const ANSWER_MS = 15e3; // a press without any answer gives the button back
const SOON_MS = 250; // a question that nobody pressed for is off at once and says so only if it lasts

class FreshetStatus extends FreshetElement {
  static props = {asOfMs: null, mode: 'plain', refreshing: false, note: ''};
  #connection = ''; // not a property of the face: the page's `freshet-live` sets it
  #box = el('div', {class: 'fresh'});
  // Its age changes every second, so it must not speak by itself; changes of state are spoken by #aloud.
  #line = el('span', {class: 'fresh-now', role: 'status', 'aria-live': 'off'});
  #quiet = el('span', {class: 'vh'});
  #text = el('span');
  #word = el('b');
  #note = el('span');
  #button = el('button', {type: 'button', class: 'fresh-btn', 'aria-label': 'Refresh'});
  #aloud = el('span', {class: 'vh', 'aria-live': 'polite'});
  #spoken = null;
  #pressedAt = 0; // pressed and not yet answered
  #giveBack = 0;
  #lasts = false; // refreshing, not pressed, and longer than SOON_MS
  #soon = 0;
  #still = null;

  build() {
    this.#line.append(el('span', {class: 'mark'}), el('span', {class: 'words'}, this.#quiet, this.#text, this.#word, this.#note));
    this.#button.addEventListener('click', () => this.#press());
    this.#box.append(this.#line, this.#button);
    this.append(this.#box, this.#aloud);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#still ??= ticking(() => this.#tellAge());
  }

  disconnectedCallback() {
    this.#still?.();
    this.#still = null;
    clearTimeout(this.#giveBack);
    clearTimeout(this.#soon);
  }

  assigned(name, value) {
    // An answer that leaves everything as it was changes no property: the mere assignment, a while later, ends the wait.
    if (name === 'refreshing' && !value && this.#pressedAt && performance.now() - this.#pressedAt > 1500) this.#answered();
  }

  #press() {
    if (this.#busy || this.mode === 'loading') return;
    this.#pressedAt = performance.now();
    this.#giveBack = setTimeout(() => this.#answered(), ANSWER_MS);
    this.#drawButton();
    this.emit('refreshEvent', {scrolled: isBusy(this)});
  }

  /** The server's word where it has one to say; else how the page's connection is, which `freshet-live` sets here. */
  get #shown() {
    if (this.mode !== 'plain') return MODES[this.mode] ? this.mode : 'plain';
    return MODES[this.#connection] ? this.#connection : 'plain';
  }

  set connection(mode) {
    if (mode === this.#connection) return;
    this.#connection = mode;
    this.redraw('connection');
  }

  get #busy() {
    return this.refreshing || this.#pressedAt > 0;
  }

  #answered() {
    clearTimeout(this.#giveBack);
    this.#pressedAt = 0;
    this.redraw('refreshing');
  }

  draw(changed) {
    if (this.#pressedAt && !this.refreshing && (changed.has('refreshing') || changed.has('asOfMs') || changed.has('mode'))) {
      clearTimeout(this.#giveBack);
      this.#pressedAt = 0;
    }
    if (changed.has('refreshing')) this.#watchLength();
    const mode = this.#shown;
    attrs(this.#box, {class: `fresh ${mode}`});
    if (changed.has('mode') || changed.has('connection')) this.#drawMark(MODES[mode][0]);
    say(this.#note, this.note ? ` · ${this.note}` : '');
    this.#tellAge();
    this.#drawButton();
    this.#speak(mode);
  }

  #watchLength() {
    clearTimeout(this.#soon);
    this.#lasts = false;
    if (!this.refreshing) return;
    this.#soon = setTimeout(() => {
      this.#lasts = true;
      this.#drawButton();
    }, SOON_MS);
  }

  #drawMark(mark) {
    const node = mark.startsWith('dot') ? el('i', {class: mark, 'aria-hidden': 'true'}) : mark ? icon(mark) : '';
    this.#line.firstChild.replaceChildren(node);
  }

  #tellAge() {
    const [quiet, text, word] = this.#words();
    say(this.#quiet, quiet);
    say(this.#text, text);
    say(this.#word, word);
    attrs(this.#line, {title: this.asOfMs === null ? null : exact(this.asOfMs)});
  }

  /** [only read aloud, plain, strong] */
  #words() {
    const shown = this.#shown;
    const word = MODES[shown][1];
    if (this.asOfMs === null) return ['', word ? '' : 'Loading…', word];
    if (shown === 'offline') return [`Updated ${ago(this.asOfMs)} · `, '', `Offline, as of ${wallClock(this.asOfMs)}`];
    const since = shown === 'failed' ? wallClock(this.asOfMs) : ago(this.asOfMs);
    return ['', `Updated ${since}${word ? ' · ' : ''}`, word];
  }

  #drawButton() {
    const busy = this.#busy;
    attrs(this.#button, {'aria-disabled': busy || this.mode === 'loading' ? 'true' : null, 'aria-busy': busy ? 'true' : null});
    const turning = this.#pressedAt > 0 || this.#lasts;
    const wanted = turning ? 'Refreshing…' : 'Refresh';
    if (this.#button.lastChild?.textContent === wanted) return;
    this.#button.replaceChildren(turning ? el('i', {class: 'spin', 'aria-hidden': 'true'}) : icon('refresh'), el('span', {'aria-hidden': turning ? 'true' : null}, wanted));
  }

  #speak(mode) {
    const first = this.#spoken === null;
    const words = mode === 'loading' || mode === 'plain' ? '' : MODES[mode][1];
    if (this.#spoken === words) return;
    this.#spoken = words;
    if (!first) say(this.#aloud, words);
  }
}

define('freshet-status', FreshetStatus);
