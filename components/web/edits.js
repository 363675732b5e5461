import {FreshetElement, define} from './base.js';
import {isBusy} from './busy.js';
import {confirmed} from './confirm.js';
import {askForHeart, noteHeart} from './editing.js';
import {WRITES, keyName} from './hotkeys.js';

// Deletions and moves of several items at once that this tab has made, by name: which they were. Their ids would travel
// with every event if the server's state held them.
const groups = new Map();
let made = 0;
const UNDONE = ['delete', 'move'];
const many = (count) => (count === 1 ? 'this item' : `these ${count} items`);
// What is asked before it is done, by edit.
const QUESTIONS = {
  purge: ({ids}) => ({
    heading: `Delete ${many(ids.length)} for good?`,
    text: `${ids.length === 1 ? 'It goes, with its file' : 'They go, with their files'}. This cannot be undone.`,
    action: 'Delete for good',
  }),
  empty: ({amount}) => ({
    heading: 'Empty the trash?',
    text: `Everything of yours in this project's trash${amount ? ` (${amount})` : ''} goes for good, with its files. This cannot be undone.`,
    action: 'Empty trash',
  }),
};
const MOVES = ['keydown', 'pointerdown', 'wheel']; // by which people say that they are about something else

/**
 * Hears of every edit on the page and tells the server: "freshet:edit" events that bubble up from tiles, from an item's
 * bar and from the toast, so that a grid of tiles needs no handler of its own; and the keys F and Del on the focused
 * tile, in the trash U and Del, and Ctrl Z. What cannot be undone it asks about first.
 */
class FreshetEdits extends FreshetElement {
  static props = {focusOn: '', undoes: ''};
  #heard = (event) => this.#tell(event.detail);
  #pressed = (event) => this.#press(event);
  #closed = () => this.#grant();
  #moved = () => document.querySelector('dialog:modal') || this.#wish('');
  #focused = (event) => this.#heed(event.target);
  #wished = ''; // the tile that is to have the focus, until somebody does something else
  #watch = new MutationObserver(() => this.#grant());

  build() {
    this.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('freshet:edit', this.#heard);
    document.addEventListener('keydown', this.#pressed);
    document.addEventListener('close', this.#closed, true); // of dialogs; it does not bubble
    document.addEventListener('focusin', this.#focused);
    for (const name of MOVES) document.addEventListener(name, this.#moved, true);
  }

  disconnectedCallback() {
    document.removeEventListener('freshet:edit', this.#heard);
    document.removeEventListener('keydown', this.#pressed);
    document.removeEventListener('close', this.#closed, true);
    document.removeEventListener('focusin', this.#focused);
    for (const name of MOVES) document.removeEventListener(name, this.#moved, true);
    this.#wish('');
  }

  draw(changed) {
    if (changed.has('focusOn') && this.focusOn) this.#wish(this.focusOn.split(' ')[1]);
  }

  #press(event) {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || event.repeat || event.isComposing || target.matches?.(WRITES)) return;
    const key = keyName(event);
    const tile = target.matches?.('.hit') ? target.closest('freshet-tile') : null;
    if (key === 'ctrl+z') this.#tell({edit: 'undo'});
    else if (key === 'f' && tile?.classList.contains('likable')) askForHeart(tile, tile.mediaId, tile.favourite);
    else if (key === 'u' && tile?.goesMs) tile.bringBack();
    else if (key === 'delete' && tile && !tile.use) tile.goesMs ? tile.purge() : tile.edit('delete');
    else return;
    event.preventDefault();
  }

  async #tell(detail) {
    const question = QUESTIONS[detail.edit]?.(detail);
    if (question && !(await confirmed(question) && this.isConnected)) return;
    const wanted = {...detail, scrolled: isBusy(this)};
    // Asked when it is sent: what it undoes may still be on its way.
    if (wanted.edit === 'undo') Object.defineProperty(wanted, 'ids', {enumerable: true, get: () => groups.get(this.undoes)});
    if (UNDONE.includes(wanted.edit) && wanted.ids) {
      wanted.group = `~${Date.now().toString(36)}${++made}`;
      groups.set(wanted.group, wanted.ids);
    }
    const answered = this.emit('editEvent', wanted);
    if (wanted.edit === 'favourite' && wanted.id) noteHeart(wanted.id, wanted.value, answered);
  }

  /** Have a tile focused. It may come later than its name, and leave once more before the store has answered. */
  #wish(id) {
    this.#wished = id;
    this.#watch.disconnect();
    if (!id) return;
    this.#watch.observe(document.body, {subtree: true, childList: true, attributeFilter: ['data-id']});
    this.#grant();
  }

  /** Unless somebody is elsewhere by now. A dialog keeps the focus until it closes. */
  #grant() {
    if (!this.#wished || document.querySelector('dialog:modal')) return;
    const at = document.activeElement;
    if (at && at !== document.body && !at.closest('freshet-tile, .stand-in, .toast, .blank')) return;
    const tile = this.#wanted();
    if (!tile || tile === at) return;
    tile.focus({preventScroll: true});
    tile.scrollIntoView({block: 'nearest'});
  }

  /** Assistive technology moves the focus without a key. While the wanted tile is away, its neighbour merely stands in. */
  #heed(target) {
    const wanted = this.#wished && this.#wanted();
    if (wanted && target.matches('.hit') && target !== wanted) this.#wish('');
  }

  #wanted() {
    return document.querySelector(`freshet-tile[data-id="${CSS.escape(this.#wished)}"] .hit`);
  }
}

define('freshet-edits', FreshetEdits);
