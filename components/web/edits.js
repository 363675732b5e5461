import {FreshetElement, define} from './base.js';
import {isBusy} from './busy.js';
import {WRITES, keyName} from './hotkeys.js';

// Deletions of several items at once that this tab has made, by name: which they were. Their ids would travel with every
// event if the server's state held them.
const groups = new Map();
let made = 0;

/**
 * Hears of every edit on the page and tells the server: "freshet:edit" events that bubble up from tiles, from an item's
 * bar and from the toast, so that a grid of tiles needs no handler of its own; and the keys F and Del on the focused
 * tile, and Ctrl Z.
 */
class FreshetEdits extends FreshetElement {
  static props = {focusOn: '', undoes: ''};
  #heard = (event) => this.#tell(event.detail);
  #pressed = (event) => this.#press(event);
  #closed = () => this.#focus();

  build() {
    this.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('freshet:edit', this.#heard);
    document.addEventListener('keydown', this.#pressed);
    document.addEventListener('close', this.#closed, true); // of dialogs; it does not bubble
  }

  disconnectedCallback() {
    document.removeEventListener('freshet:edit', this.#heard);
    document.removeEventListener('keydown', this.#pressed);
    document.removeEventListener('close', this.#closed, true);
  }

  draw(changed) {
    if (changed.has('focusOn') && this.focusOn) requestAnimationFrame(() => this.#focus());
  }

  #press(event) {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || event.repeat || event.isComposing || target.matches?.(WRITES)) return;
    const key = keyName(event);
    const tile = target.matches?.('.hit') ? target.closest('freshet-tile') : null;
    if (key === 'ctrl+z') this.#tell({edit: 'undo'});
    else if (key === 'f' && tile?.classList.contains('likable')) tile.edit('favourite', !tile.favourite);
    else if (key === 'delete' && tile && !tile.use) tile.edit('delete');
    else return;
    event.preventDefault();
  }

  #tell(detail) {
    const wanted = {...detail, scrolled: isBusy(this)};
    // Asked when it is sent: the deletion that it undoes may still be on its way.
    if (wanted.edit === 'undo') Object.defineProperty(wanted, 'ids', {enumerable: true, get: () => groups.get(this.undoes)});
    if (wanted.edit === 'delete' && wanted.ids) {
      wanted.group = `~${Date.now().toString(36)}${++made}`;
      groups.set(wanted.group, wanted.ids);
    }
    this.emit('editEvent', wanted);
  }

  /** Focus the tile that the server named, unless somebody is elsewhere by now. A dialog keeps the focus until it closes. */
  #focus() {
    if (!this.isConnected || document.querySelector('dialog:modal')) return;
    const at = document.activeElement;
    if (at && at !== document.body && !at.closest('freshet-tile, .toast')) return;
    const id = this.focusOn.split(' ')[1];
    const tile = id && document.querySelector(`freshet-tile[data-id="${CSS.escape(id)}"] .hit`);
    if (!tile || tile === at) return;
    tile.focus({preventScroll: true});
    tile.scrollIntoView({block: 'nearest'});
  }
}

define('freshet-edits', FreshetEdits);
