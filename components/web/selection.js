import {FreshetElement, define, el, icon, say} from './base.js';
import {ask} from './editing.js';
import {tiles, windowOf} from './grid.js';
import {focusAt, led} from './grid_keys.js';
import {WRITES, keyName} from './hotkeys.js';
import {Mover} from './mover.js';
import {save} from './save.js';
import {
  clearSelected, extendTo, forget, howMany, isSelected, leftOf, onSelected, rangeStart, selectAll, selectedIds, toggle,
} from './selected.js';
import {Tagger} from './tagger.js';
import {tell} from './toast.js';

const ARROWS = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown']);
const ORDER_MS = 10e3; // so long the order of the list is waited for
const EDITS = {delete: 'delete', f: 'favourite'};
const IN_TRASH = {delete: 'purge', u: 'restore'};
const LEAVE = new Set(['delete', 'move', 'restore']);

/**
 * Several tiles at a time: the check marks and keys that select them, and the bar that says how many there are and what
 * can be done with them. What is selected is known to the browser alone (selected.js). Which items stand between two
 * tiles of which one is not mounted, the page is asked for (`order`).
 */
class FreshetSelection extends FreshetElement {
  static props = {scope: '', projects: [], tags: [], zipUrl: '', order: [], tagged: 0, trash: false};
  #count = el('b', {role: 'status'});
  #bar = el('div', {role: 'toolbar', 'aria-label': 'Selection'});
  #dock = el('div', {class: 'selbar'}, this.#bar);
  #tagger = new Tagger({send: (edit, tags) => this.#edit(edit, tags)});
  #move = this.#button('folder', 'Move to project', null, '', 'Move to…');
  #mover = new Mover(this.#move, {move: (id) => this.#edit('move', id), create: (name) => this.emit('projectEvent', {name})});
  #panels = [...this.#tagger.panels, ...this.#mover.panels];
  #looking = 0;
  #before = []; // the tiles that were mounted when the selection was last looked at
  #unheard = null;
  #told = () => {}; // the order has come
  #pressed = (event) => this.#press(event);
  #clicked = (event) => this.#click(event);
  // Shift and a click would select the words in between.
  #held = (event) => event.shiftKey && event.target.closest?.('[data-selectable] freshet-tile') && event.preventDefault();

  #inLibrary = [
    this.#button('sell', 'Tag', () => this.#tagger.open()),
    this.#button('favorite', 'Favourite', () => this.#like()),
    this.#move,
    el('span', {class: 'split'}),
    this.#button('delete', 'Delete', () => this.#edit('delete'), 'danger'),
  ];
  #inTrash = [
    this.#button('undo', 'Restore', () => this.#edit('restore')),
    el('span', {class: 'split'}),
    this.#button('delete', 'Delete for good', () => this.#edit('purge'), 'danger'),
  ];

  build() {
    const download = this.#button('download', 'Download ZIP', () => this.#download());
    const close = this.#button('close', 'Clear selection', clearSelected, 'ib');
    this.#bar.append(this.#count, el('span', {class: 'split hide-s'}), download, close);
    this.append(this.#dock, ...this.#panels);
    for (const panel of this.#panels) panel.addEventListener('toggle', () => this.#makeRoom());
  }

  /** For a message, above the panel that is open. */
  #makeRoom() {
    const open = this.#panels.find((panel) => panel.matches(':popover-open'));
    document.body.classList.toggle('above-panel', Boolean(open));
    if (open) document.body.style.setProperty('--above', `${Math.round(innerHeight - open.getBoundingClientRect().top)}px`);
  }

  #button(symbol, label, press, look = '', words = label) {
    const button = el('button', {type: 'button', class: look === 'ib' ? 'ib' : `btn ${look}`, title: look === 'ib' ? `${label} (Esc)` : label, 'aria-label': label}, icon(symbol));
    if (look !== 'ib') button.append(el('span', {class: 'hide-s', 'aria-hidden': 'true'}, words));
    if (press) button.addEventListener('click', press);
    return button;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#unheard = onSelected(() => {
      this.#before = this.#all;
      this.#mark();
    });
    document.addEventListener('keydown', this.#pressed, {capture: true}); // before those of single tiles
    document.addEventListener('click', this.#clicked, {capture: true});
    document.addEventListener('mousedown', this.#held, {capture: true});
    this.#mark();
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this.#pressed, {capture: true});
    document.removeEventListener('click', this.#clicked, {capture: true});
    document.removeEventListener('mousedown', this.#held, {capture: true});
    cancelAnimationFrame(this.#looking);
    this.#looking = 0;
    document.body.classList.remove('above-selbar', 'above-panel');
    clearSelected(); // what is selected and cannot be seen must not be acted upon
    this.#unheard();
  }

  assigned() {
    // After each answer: what has left the list is not selected any more.
    if (howMany()) this.#looking ||= requestAnimationFrame(() => this.#look());
  }

  draw(changed) {
    if (changed.has('scope')) clearSelected();
    if (changed.has('order') && this.order.length) this.#told();
    if (changed.has('trash')) this.#drawActions();
    if (changed.has('projects')) this.#mover.draw(this.projects);
    if (changed.has('tags')) this.#tagger.draw(this.tags);
    if (changed.has('tagged')) this.#tagger.taken();
    this.#mark();
  }

  #drawActions() {
    const [shown, others] = this.trash ? [this.#inTrash, this.#inLibrary] : [this.#inLibrary, this.#inTrash];
    for (const node of others) node.remove();
    this.#bar.lastElementChild.before(...shown);
  }

  get #list() {
    return document.querySelector('[data-selectable]');
  }

  /** Those that can be selected: what is still being made cannot. */
  get #tiles() {
    return tiles(this.#list).filter((tile) => tile.status !== 'generating');
  }

  get #all() {
    return this.#tiles.map((tile) => tile.mediaId);
  }

  get #window() {
    const {start = 0, end = 0, total = 0} = windowOf(this.#list) ?? {};
    return {fromTop: start === 0, toEnd: end === total};
  }

  #look() {
    this.#looking = 0;
    const {fromTop, toEnd} = this.#window;
    const before = fromTop && toEnd ? selectedIds() : this.#before;
    const all = (this.#before = this.#all);
    forget(leftOf(before, all, fromTop, toEnd));
  }

  /** What can be selected, in order: all of it, or as much as holds `id` and where the range to it begins. */
  async #reaching(id = '', from = '') {
    const {fromTop, toEnd} = this.#window;
    const all = this.#all;
    const holds = Boolean(id) && [id, rangeStart() || from || id].every((one) => all.includes(one));
    if ((fromTop && toEnd) || holds) return all;
    if (!this.order.length) await this.#askOrder();
    return this.order;
  }

  #askOrder() {
    return new Promise((told) => {
      this.#told = told;
      setTimeout(told, ORDER_MS);
      this.emit('orderEvent');
    });
  }

  #mark() {
    const count = howMany();
    for (const tile of this.#tiles) tile.mark(isSelected(tile.mediaId));
    this.#list?.classList.toggle('selecting', count > 0);
    this.#dock.hidden = !count;
    document.body.classList.toggle('above-selbar', count > 0); // for the toast
    say(this.#count, count ? `${count} selected` : '');
    for (const panel of this.#panels) if (!count && panel.matches(':popover-open')) panel.hidePopover();
  }

  // By mouse

  #click(event) {
    const tile = event.target.closest?.('[data-selectable] freshet-tile');
    if (!tile || tile.status === 'generating') return;
    const onCheck = event.target.closest('.tick') !== null;
    const onTile = event.target.closest('.hit') !== null;
    if (event.shiftKey && (onCheck || onTile)) this.#extendTo(tile.mediaId);
    else if (onCheck || (onTile && (event.ctrlKey || event.metaKey))) toggle(tile.mediaId);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (onCheck) tile.querySelector('.hit').focus({preventScroll: true, focusVisible: false});
  }

  async #extendTo(id, from = '') {
    extendTo(id, await this.#reaching(id, from), from);
  }

  // By key

  #press(event) {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || event.isComposing || target.matches?.(WRITES)) return;
    if (document.querySelector('dialog:modal, .panel:popover-open') || target.closest?.('.toast')) return;
    if (!this.#do(event, target.matches?.('[data-selectable] .hit') ? target : null)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #do(event, hit) {
    const id = hit?.closest('freshet-tile').mediaId;
    const key = keyName(event);
    const edit = (this.trash ? IN_TRASH : EDITS)[key];
    if (key === 'x' && this.#all.includes(id) && !event.repeat) toggle(id);
    else if (key === 'ctrl+a' && this.#tiles.length) this.#reaching().then(selectAll);
    else if (key === 'escape' && howMany()) clearSelected();
    else if (event.shiftKey && ARROWS.has(event.key) && hit) this.#extend(hit, event);
    else if (edit === 'favourite' && howMany() && !event.repeat) this.#like();
    else if (edit && howMany() && !event.repeat) this.#edit(edit);
    else return false;
    return true;
  }

  async #extend(hit, event) {
    const from = hit.closest('freshet-tile').mediaId;
    const place = led(this.#list, hit, event.key, event.ctrlKey);
    const tile = place === null ? null : await focusAt(this.#list, place);
    if (tile && tile.status !== 'generating') this.#extendTo(tile.mediaId, from);
  }

  // What is done with them

  #edit(edit, value = null) {
    const ids = selectedIds();
    if (LEAVE.has(edit)) clearSelected();
    ask(this, {ids, edit, value});
  }

  /** Favourites if one that is shown is none yet; a second press takes it back. */
  #like() {
    const shown = this.#tiles.filter((tile) => isSelected(tile.mediaId));
    this.#edit('favourite', !shown.length || shown.some((tile) => !tile.favourite));
  }

  #download() {
    save(this.zipUrl, {ids: selectedIds().join(',')}, (why) => tell(`Nothing was downloaded: ${why}`, 'failed'));
  }
}

define('freshet-selection', FreshetSelection);
