import {isLed} from './anchor.js';
import {FreshetElement, define, el, scroller} from './base.js';
import {columns, pitch, tiles} from './grid.js';

const NEAR = 0.5; // of the room that there is at best beside what is seen: with less of it the window moves
const PATIENCE_MS = 10e3; // so long a tile that a key leads to is waited for

/**
 * Keeps the room of a list's tiles that are not mounted, so that nothing moves when others are: whole rows above and
 * below, and in the first row of tiles the columns before the first. How many columns and how high a row is, the
 * browser alone knows, and it changes with the width. As the reader comes near an end of what is mounted, the page is
 * told where that is; so it is when a key leads beyond (grid_keys.js).
 *
 * While the tile that has the keyboard's place is not mounted, a stand-in here keeps the tab stop and the focus.
 */
class FreshetWindow extends FreshetElement {
  static props = {start: 0, mounted: 0, total: 0};
  #above = el('div', {class: 'unmounted', 'aria-hidden': 'true'});
  #before = el('div', {'aria-hidden': 'true'});
  #below = el('div', {class: 'unmounted below', 'aria-hidden': 'true'});
  #standIn = el('span', {class: 'vh stand-in', role: 'listitem', tabindex: '-1', hidden: true});
  #asked = ''; // where the reader was, in which window: what did not help need not be asked again
  #goal = null; // the place that a key leads to, until somebody is there
  #arrived = () => {};
  #grid = null; // how the list was laid out when it was measured last
  #pending = 0;
  // Before anything is painted: with other columns the room above is another, and the list must not be seen to jump.
  #sizes = new ResizeObserver(() => {
    this.#before.hidden = true; // or it might hold up more columns than there are
    this.#measure();
    this.#lay();
    this.#soon();
  });
  #look = () => this.#soon();

  build() {
    this.append(this.#above, this.#before, this.#below, this.#standIn);
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('scroll', this.#look, {capture: true, passive: true});
    document.addEventListener('visibilitychange', this.#look);
    this.#sizes.observe(scroller(this)); // not the list, whose height is set here
  }

  disconnectedCallback() {
    document.removeEventListener('scroll', this.#look, {capture: true});
    document.removeEventListener('visibilitychange', this.#look);
    this.#sizes.disconnect();
    cancelAnimationFrame(this.#pending);
    this.#pending = 0;
  }

  draw() {
    // By what was measured before: measured now, between the old room and the new tiles, the list might be too short for
    // where it is scrolled to, and would jump.
    if (!this.#grid?.row) this.#measure();
    this.#lay();
    this.#soon();
    if (this.#goal !== null && this.tileAt(this.#goal)) this.#arrived();
  }

  get list() {
    return this.closest('[mesop-box]');
  }

  get end() {
    return this.start + this.mounted;
  }

  get standIn() {
    return this.#standIn;
  }

  /** The tile at a place of the whole list; none if it is not mounted. */
  tileAt(place) {
    return place < this.start ? null : tiles(this.list)[place - this.start] ?? null;
  }

  /** Where the reader is, for the page: the middle of what is seen, and how many tiles the screen takes in. */
  get reader() {
    if (this.#goal !== null) return {place: this.#goal};
    const seen = this.#seen();
    if (!seen) return null;
    const spare = 2 * this.#grid.across;
    return {place: Math.floor((seen.first + seen.last) / 2), seen: seen.last - seen.first + 1 + spare};
  }

  /** Whether all that can be seen of the list is mounted. */
  get covers() {
    const seen = this.#seen();
    return !seen || (seen.first >= this.start && seen.last < this.end);
  }

  /** Have the tile at `place` mounted; resolves to it, or to nothing if it could not be had. */
  async bring(place) {
    if (this.tileAt(place)) return this.tileAt(place);
    this.#goal = place;
    await new Promise((arrived) => {
      this.#arrived = arrived;
      setTimeout(arrived, PATIENCE_MS);
      this.emit('moveEvent', {place});
    });
    requestAnimationFrame(() => { // by then somebody is there
      this.#goal = null;
      this.#soon();
    });
    return this.tileAt(place);
  }

  #measure() {
    this.#grid = {across: columns(this.list), ...pitch(this.list)};
  }

  #lay() {
    const {across} = this.#grid;
    const partly = this.mounted < this.total;
    const rows = (places) => Math.ceil(places / across);
    this.#size(this.#above, partly ? Math.floor(this.start / across) : 0);
    this.#size(this.#below, partly ? rows(this.total) - rows(this.end) : 0);
    const before = partly ? this.start % across : 0;
    this.#before.style.gridColumn = before ? `span ${before}` : '';
    this.#before.hidden = !before;
  }

  #size(room, rows) {
    const {row, gap, width} = this.#grid;
    room.hidden = !(rows && row);
    if (room.hidden) return;
    const wanted = {height: rows * row - gap, '--row': row, '--wide': width};
    for (const [name, px] of Object.entries(wanted)) room.style.setProperty(name, `${px}px`);
  }

  #soon() {
    this.#pending ||= requestAnimationFrame(() => {
      this.#pending = 0;
      if (!this.isConnected || document.hidden) return;
      this.#measure();
      this.#lay();
      if (this.#goal === null && !isLed() && this.#isTight()) this.#ask();
    });
  }

  /** First and last place that can be seen, mounted or not; none where nothing of the list can. */
  #seen() {
    const {row, gap, across} = this.#grid ?? {};
    const box = row && this.list?.getBoundingClientRect();
    if (!box?.width) return null;
    const frame = scroller(this.list);
    const view = frame === document.scrollingElement ? {top: 0, bottom: innerHeight} : frame.getBoundingClientRect();
    if (box.bottom < view.top || box.top > view.bottom) return null;
    const rowAt = (y) => Math.max(0, Math.floor((y - box.top) / row));
    const place = (wanted) => Math.min(Math.max(wanted, 0), this.total - 1);
    return {first: place(rowAt(view.top + gap) * across), last: place((rowAt(view.bottom) + 1) * across - 1)};
  }

  #isTight() {
    const seen = this.mounted < this.total ? this.#seen() : null;
    if (!seen) return false;
    const near = NEAR * Math.max(0, (this.mounted - (seen.last - seen.first + 1)) / 2);
    const above = this.start > 0 && seen.first - this.start < near;
    const below = this.end < this.total && this.end - 1 - seen.last < near;
    return above || below || !this.covers;
  }

  #ask() {
    const {place} = this.reader;
    const asked = `${place} ${this.start} ${this.mounted} ${this.total}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    const reader = () => this.reader ?? {place}; // when it is sent: somebody may have gone on by then
    this.emit('moveEvent', {toJSON: reader}, {quiet: true, latest: true});
  }
}

define('freshet-window', FreshetWindow);
