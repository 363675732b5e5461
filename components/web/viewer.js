import {aloud} from './aloud.js';
import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {Hotkeys} from './hotkeys.js';
import {insist} from './retry.js';

const ABSENT = {failed: 'error', waiting: 'hourglass_empty'};
const STEPS = {arrowleft: 'previous', arrowright: 'next'};
const NONE = {previous: 'This is the first item of the list.', next: 'This is the last item of the list.'};

/**
 * One item, as large as there is room for, with the way to its neighbours. A picture can be seen in its actual size: the
 * stage then scrolls. A file that is playing is left alone until another one is to be shown.
 */
class FreshetViewer extends FreshetElement {
  static props = {kind: 'image', fileUrl: '', posterUrl: '', label: '', size: '', note: '', ends: ''};
  #frame = el('div', {class: 'frame'});
  #file = null; // or what stands for it
  #previous = this.#step('chevron_left', 'Previous', '←', 'nav-l');
  #next = this.#step('chevron_right', 'Next', '→', 'nav-r');
  #size = el('span', {class: 'over bl'});
  #aloud = aloud();
  #zoom = el('button', {type: 'button', class: 'ib zoomb', 'aria-label': 'Actual size', title: 'Actual size (Z)'}, icon('open_in_full'));
  #keys = new Hotkeys(this, () => this.#heard(), (key) => this.#press(key.toLowerCase()));

  build() {
    this.append(this.#frame, this.#previous, this.#next, this.#size, this.#zoom, this.#aloud.node);
    this.#zoom.addEventListener('click', () => this.#toggle());
    this.#frame.addEventListener('click', (event) => event.target.localName === 'img' && this.#toggle(event));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#keys.connect();
  }

  disconnectedCallback() {
    this.#keys.disconnect();
  }

  draw(changed) {
    if (changed.has('kind') || changed.has('fileUrl')) {
      this.#fit();
      this.#file = this.#make();
      this.#frame.replaceChildren(this.#file);
      this.#zoom.hidden = this.kind !== 'image';
    }
    if (this.#file.localName === 'img') attrs(this.#file, {alt: this.label});
    else if (this.kind in ABSENT) say(this.#file.lastChild, this.note);
    else attrs(this.#file, {'aria-label': this.label});
    attrs(this.#previous, {'aria-disabled': this.#ends('previous') ? 'true' : null}); // it keeps the focus
    attrs(this.#next, {'aria-disabled': this.#ends('next') ? 'true' : null});
    say(this.#size, this.size);
    this.#size.hidden = !this.size || this.kind !== 'image'; // a player has its controls there
  }

  #make() {
    if (this.kind in ABSENT) return el('div', {class: 'blank'}, icon(ABSENT[this.kind], 'xl'), el('span'));
    const {fileUrl: src, posterUrl} = this;
    if (this.kind === 'video') return insist(el('video', {controls: true, preload: 'metadata', poster: posterUrl || null, src}));
    if (this.kind === 'audio') return el('div', {class: 'sound'}, icon('graphic_eq', 'xl'), insist(el('audio', {controls: true, src})));
    return insist(el('img', {src, draggable: 'false'}));
  }

  /** The keys that are ours now: a player has the arrows to itself, and so has a picture that scrolls. */
  #heard() {
    if (document.activeElement?.matches('video, audio, [role=tab], [role=radio]')) return [];
    if (this.#actual) return ['z', 'Escape'];
    return this.kind === 'image' ? ['ArrowLeft', 'ArrowRight', 'z'] : ['ArrowLeft', 'ArrowRight'];
  }

  #press(key) {
    if (key in STEPS) this.#go(STEPS[key]);
    else this.#toggle();
  }

  #ends(to) {
    return this.ends.split(' ').includes(to);
  }

  /** The server is asked at an end, too: the list may go on by now. */
  #go(to) {
    const end = this.#ends(to);
    if (end) this.#aloud.tell(NONE[to]);
    this.emit('stepEvent', end ? {to, end} : {to});
  }

  get #actual() {
    return this.#frame.classList.contains('actual');
  }

  #fit() {
    this.#frame.classList.remove('actual');
    attrs(this.#frame, {tabindex: null, role: null, 'aria-label': null});
    attrs(this.#zoom, {'aria-pressed': 'false'});
  }

  /** Between what fits and the actual size; the place that was pressed stays under the pointer. */
  #toggle(event = null) {
    if (this.kind !== 'image') return;
    if (this.#actual) {
      this.#fit();
      return;
    }
    const [x, y] = event ? this.#placeIn(event) : [0.5, 0.5];
    this.#frame.classList.add('actual');
    attrs(this.#frame, {tabindex: '0', role: 'region', 'aria-label': `${this.label}, actual size`});
    attrs(this.#zoom, {'aria-pressed': 'true'});
    const frame = this.#frame;
    frame.scrollTo(x * frame.scrollWidth - frame.clientWidth / 2, y * frame.scrollHeight - frame.clientHeight / 2);
  }

  /** Where on the picture, as fractions, when it is shown as large as fits. */
  #placeIn(event) {
    const {left, top, width, height} = this.#file.getBoundingClientRect();
    const {naturalWidth, naturalHeight} = this.#file;
    const scale = Math.min(width / naturalWidth, height / naturalHeight);
    const inside = (at, start, room, length) => Math.min(1, Math.max(0, (at - start - (room - length * scale) / 2) / (length * scale)));
    return [inside(event.clientX, left, width, naturalWidth), inside(event.clientY, top, height, naturalHeight)];
  }

  #step(symbol, label, key, place) {
    const button = el('button', {type: 'button', class: `ib ${place}`, 'aria-label': label, title: `${label} (${key})`}, icon(symbol));
    button.addEventListener('click', () => this.#go(label.toLowerCase()));
    return button;
  }
}

define('freshet-viewer', FreshetViewer);
