import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {onPrefs} from './prefs.js';
import {size} from './sizes.js';

const ABSENT = {failed: 'error', waiting: 'hourglass_empty'};

/**
 * One item, close up: the file itself, or why there is none, and below it what is known of it, with its size. A file that is
 * playing is left alone until another one is to be shown.
 */
class FreshetLook extends FreshetElement {
  static props = {kind: 'image', fileUrl: '', label: '', prompt: '', facts: '', fileSize: null, note: ''};
  #file = null; // or what stands for it
  #unheard = null;
  #prompt = el('div');
  #facts = el('div', {class: 'meta'});
  #download = el('a', {class: 'btn line', download: true}, icon('download'), el('span', {class: 'cut'}, 'Download'));

  connectedCallback() {
    super.connectedCallback();
    this.#unheard ??= onPrefs(() => this.#tellFacts());
  }

  disconnectedCallback() {
    this.#unheard?.();
    this.#unheard = null;
  }

  build() {
    this.append(el('div', {class: 'facts'}, this.#prompt, this.#facts, this.#download));
  }

  draw(changed) {
    if (changed.has('kind') || changed.has('fileUrl')) {
      this.#file?.remove();
      this.#file = this.#make();
      this.prepend(this.#file);
    }
    if (this.#file.localName === 'img') attrs(this.#file, {alt: this.label});
    if (this.kind in ABSENT) say(this.#file.lastChild, this.note);
    say(this.#prompt, this.prompt);
    this.#prompt.hidden = !this.prompt;
    this.#tellFacts();
    this.#download.hidden = !this.fileUrl;
    attrs(this.#download, {href: this.fileUrl ? `${this.fileUrl}&download=1` : null});
  }

  #tellFacts() {
    say(this.#facts, this.fileSize === null ? this.facts : `${this.facts} · ${size(this.fileSize)}`);
  }

  #make() {
    if (this.kind in ABSENT) return el('div', {class: 'blank'}, icon(ABSENT[this.kind], 'xl'), el('span'));
    if (this.kind === 'video') return el('video', {controls: true, src: this.fileUrl});
    if (this.kind === 'audio') return el('audio', {controls: true, src: this.fileUrl});
    return el('img', {src: this.fileUrl});
  }
}

define('freshet-look', FreshetLook);
