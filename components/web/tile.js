import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {isBusy} from './busy.js';
import {ago, exact, length, ticking, until} from './clock.js';
import {confirmed} from './confirm.js';
import {ask, askForHeart} from './editing.js';
import {enrol, leave} from './grid_keys.js';
import {itemUrl, openInTab} from './links.js';
import {Picture} from './picture.js';
import {isSelected} from './selected.js';
import {Water} from './water.js';

const KIND = {
  image: ['image', 'Image'],
  video: ['movie', 'Video'],
  audio: ['music_note', 'Audio'],
  combined: ['album', 'Picture and sound'],
};
// What goes without saying: `item` holds only what differs. Each of these is a property of the tile, too.
const ASSUMED = {
  mediaId: '', revision: 0, label: '', mediaType: 'image', status: 'ready', thumbUrl: null, createdMs: 0,
  duration: null, progress: null, error: '', runId: '', use: false, isNew: false,
  favourite: false, goesMs: 0, costsAgain: false,
};

class FreshetTile extends FreshetElement {
  static props = {item: {}};
  #hit = el('button', {type: 'button', class: 'hit'});
  #name = el('span', {class: 't'});
  #kind = el('span', {class: 'k'});
  #when = el('span', {class: 'cut'});
  #marks = el('span', {class: 'marks'});
  #pic = el('span', {class: 'pic'});
  #picture = new Picture(this.#pic);
  #water = null;
  #lay = el('span', {class: 'lay'});
  #polled = 0; // progress told by the page's watch, which is ahead of the server's last render
  #still = null;
  #drawn = {};
  #heart = null; // drawn over the picture, beside the button: one button cannot stand in another
  #back = null; // likewise
  #tick = null; // likewise, in lists of which several can be selected; what it does is heard by `freshet-selection`

  build() {
    this.classList.add('tile');
    const meta = el('span', {class: 'm'}, this.#kind, this.#when);
    // The caption comes first, so that the name begins with the title; the stylesheet puts the picture above it.
    this.#pic.append(this.#marks);
    this.#hit.append(el('span', {class: 'cap'}, this.#name, meta), this.#pic);
    this.#hit.addEventListener('click', () => this.emit('activateEvent', {id: this.mediaId}));
    this.#hit.addEventListener('auxclick', (event) => event.button === 1 && !this.use && openInTab(itemUrl(this.mediaId)));
    this.append(this.#hit, this.#lay);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#still ??= ticking(() => this.#tellAge());
    // The list's role may be set by an element that comes later in the same render.
    queueMicrotask(() => {
      if (!this.isConnected) return;
      attrs(this, {role: this.closest('[role=list]') ? 'listitem' : null});
      enrol(this.#hit);
    });
  }

  disconnectedCallback() {
    this.#still?.();
    this.#still = null;
    queueMicrotask(() => this.isConnected || leave(this.#hit));
  }

  /** Percent, from the page's progress watch: the water never falls while one run lasts. */
  setProgress(percent) {
    if (this.status !== 'generating' || !this.#water) return;
    this.#polled = Math.max(this.#polled, percent);
    this.#drawLevel();
  }

  /** The list around this tile has the handlers, once for all its tiles. */
  emit(name, payload = {}) {
    this.dispatchEvent(new CustomEvent('freshet:tile', {bubbles: true, detail: {name, payload}}));
  }

  draw() {
    const changed = new Set(Object.keys(ASSUMED).filter((name) => this[name] !== this.#drawn[name]));
    this.#drawn = {...ASSUMED, ...this.item};
    attrs(this, {
      'data-id': this.mediaId, 'data-revision': this.revision, 'data-status': this.status,
      'data-run': this.runId || null,
    });
    if (changed.has('runId') || (changed.has('status') && this.status !== 'generating')) this.#polled = 0;
    this.classList.toggle('using', this.use);
    this.classList.toggle('arrived', this.isNew);
    this.classList.toggle('likable', this.#likable);
    say(this.#name, this.label);
    attrs(this.#hit, {title: this.label});
    if (changed.has('mediaType')) this.#drawKind();
    this.#drawPicture(changed);
    this.#drawMarks();
    this.#drawHeart();
    this.#drawBack();
    this.#drawTick();
    this.#tellAge();
  }

  /** Show whether it is selected. */
  mark(selected) {
    this.classList.toggle('on', selected);
    if (this.#tick) attrs(this.#tick, {'aria-checked': String(selected)});
  }

  /** What can be shown of the item before the server has been asked. */
  get taste() {
    return {id: this.mediaId, label: this.label, picture: this.status === 'ready' ? this.thumbUrl : null};
  }

  #drawTick() {
    if (!this.closest('[data-selectable]')) return;
    if (!this.#tick) {
      this.#tick = el('button', {type: 'button', class: 'tick', role: 'checkbox', tabindex: '-1'}, icon('check'));
      this.append(this.#tick);
    }
    attrs(this.#tick, {'aria-label': `Select ${this.label}`});
    this.mark(isSelected(this.mediaId));
  }

  get #likable() {
    if (this.use || this.goesMs) return false;
    return this.status !== 'failed' || this.favourite;
  }

  #drawHeart() {
    if (!this.#likable) {
      this.#heart?.remove();
      this.#heart = null;
      return;
    }
    this.#heart ??= this.#makeHeart();
    attrs(this.#heart, {'aria-pressed': String(this.favourite), 'aria-label': `Favourite ${this.label}`});
    this.#heart.firstChild.classList.toggle('fill', this.favourite);
  }

  /** For those who point. The keyboard has F on the tile, which stays the list's one tab stop. */
  #makeHeart() {
    const heart = el('button', {type: 'button', class: 'heart', tabindex: '-1', title: 'Favourite (F)'}, icon('favorite'));
    heart.addEventListener('click', () => askForHeart(this, this.mediaId, this.favourite));
    this.append(heart);
    return heart;
  }

  /** In the trash the way back stands where the heart would. The keyboard has U. */
  #drawBack() {
    if (!this.goesMs) {
      this.#back?.remove();
      this.#back = null;
      return;
    }
    if (!this.#back) {
      this.#back = el('button', {type: 'button', class: 'heart', tabindex: '-1', title: 'Restore (U)'}, icon('undo'));
      this.#back.addEventListener('click', () => this.bringBack());
      this.append(this.#back);
    }
    attrs(this.#back, {'aria-label': `Restore ${this.label}`});
  }

  /** Have the page's `edits` change the item. */
  edit(what, value = null) {
    ask(this, {id: this.mediaId, edit: what, value});
  }

  bringBack() {
    ask(this, {ids: [this.mediaId], edit: 'restore'});
  }

  purge() {
    ask(this, {ids: [this.mediaId], edit: 'purge'});
  }

  #drawKind() {
    const [symbol, word] = KIND[this.mediaType] ?? KIND.image;
    this.#kind.replaceChildren(icon(symbol, 's'), el('span', {class: 'vh'}, ` ${word}, `));
  }

  #drawPicture(changed) {
    const generating = this.status === 'generating';
    this.#pic.classList.toggle('dead', this.status === 'failed');
    if (generating) this.#water ??= new Water(this.#pic);
    if (!generating && this.#water) this.#drain();
    if (generating) this.#drawLevel();
    if (['status', 'error', 'goesMs'].some((name) => changed.has(name))) this.#drawFailure();
    const url = this.status === 'ready' ? this.thumbUrl : null;
    this.#picture.show(url, this.status === 'ready' ? (KIND[this.mediaType] ?? KIND.image)[0] : '');
  }

  #drain() {
    // The finished picture fades in over the water, then the water goes.
    this.#water.drain((gone) => this.#picture.settled(gone));
    this.#water = null;
  }

  #drawLevel() {
    this.#water.rise(Math.round(Math.max(this.progress ?? 0, this.#polled)));
    this.#tellAge();
  }

  #drawFailure() {
    this.#pic.querySelectorAll('.ms.l, .why').forEach((node) => node.remove());
    this.#lay.replaceChildren();
    if (this.status !== 'failed') return;
    const why = this.error || 'Could not be made';
    this.#pic.append(icon('error', 'l'), el('span', {class: 'why cut2', title: why}, why));
    if (this.use || this.goesMs) return;
    const retry = el('button', {type: 'button', class: 'btn line mini', 'aria-label': `Retry ${this.label}`}, icon('replay'), el('span', {}, 'Retry'));
    retry.addEventListener('click', async () => {
      const question = {heading: 'Ask for it once more?', text: why, action: 'Ask again', symbol: 'replay'};
      if (this.costsAgain && !(await confirmed(question) && retry.isConnected)) return;
      const scrolled = isBusy(this);
      if (document.activeElement === retry) this.#hit.focus({preventScroll: true}); // the button is about to go
      this.emit('retryEvent', {id: this.mediaId, scrolled});
    });
    this.#lay.append(retry);
  }

  #drawMarks() {
    const ready = this.status === 'ready';
    const marks = [];
    if (ready && this.duration !== null && this.mediaType !== 'image') {
      const video = this.mediaType === 'video';
      marks.push(el('span', {class: `over ${video ? 'bl' : 'br'}`}, video ? icon('play_arrow', 'fill') : null, length(this.duration)));
    }
    if (this.isNew) marks.push(el('span', {class: 'over time tr'}, 'New'));
    if (this.favourite) marks.push(el('span', {class: 'vh'}, ', favourite'));
    if (this.use && ready) marks.push(el('span', {class: 'over use'}, icon('arrow_outward'), 'Use'));
    const key = marks.map((mark) => mark.outerHTML).join();
    if (this.#marks.dataset.key === key) return;
    this.#marks.dataset.key = key;
    this.#marks.replaceChildren(...marks);
  }

  #tellAge() {
    if (this.goesMs) {
      say(this.#when, `Gone ${until(this.goesMs)}`);
      attrs(this.#when, {title: `Deleted for good: ${exact(this.goesMs)}`});
      return;
    }
    const words = {generating: this.#doing(), failed: `Failed · ${ago(this.createdMs)}`};
    say(this.#when, words[this.status] ?? ago(this.createdMs));
    attrs(this.#when, {title: exact(this.createdMs)});
  }

  #doing() {
    return Math.max(this.progress ?? 0, this.#polled) ? 'Generating' : 'Queued';
  }
}

for (const name of Object.keys(ASSUMED)) {
  Object.defineProperty(FreshetTile.prototype, name, {
    get() {
      return this.item[name] ?? ASSUMED[name];
    },
  });
}

define('freshet-tile', FreshetTile);
