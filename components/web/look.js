import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {ago, exact, ticking} from './clock.js';
import {copyButton} from './copying.js';
import {follow, itemUrl, sharedUrl} from './links.js';
import {insist} from './retry.js';
import {size} from './sizes.js';

const ABSENT = {failed: 'error', waiting: 'hourglass_empty'};
const MADE_BY = {image: 'image', video: 'video'}; // the form that mostly made what is shown

/**
 * One item, close up: the file itself, or why there is none, and below it what is known of it, with its size and age, and what
 * can be done with it. A file that is playing is left alone until another one is to be shown. `facts` are its size, when it was made,
 * and what else is known in words; `more` holds only what there is.
 */
class FreshetLook extends FreshetElement {
  static props = {kind: 'image', fileUrl: '', prompt: '', facts: [null, 0], more: {}};
  #file = null; // or what stands for it
  #still = null;
  #prompt = el('div', {dir: 'auto'});
  #facts = el('div', {class: 'meta'});
  #download = el('a', {class: 'btn line', download: true}, icon('download'), el('span', {class: 'cut'}, 'Download'));
  #copy = copyButton('content_copy', 'Copy prompt', () => this.prompt || this.#heading.textContent);
  #link = copyButton('link', 'Copy link', () => sharedUrl(this.more.id));
  #sources = el('a', {class: 'btn ghost'}, icon('arrow_outward'), el('span', {class: 'cut'}));
  #again = el('freshet-again');
  #tags = null;
  #tagged = el('div');
  #uses = el('freshet-uses');
  #usable = el('div', {class: 'col'}, el('span', {class: 'label', 'aria-hidden': 'true'}, 'Use as input for'), this.#uses);

  connectedCallback() {
    super.connectedCallback();
    this.#still ??= ticking(() => this.#tellFacts()); // also when other units or another zone are chosen
  }

  disconnectedCallback() {
    this.#still?.();
    this.#still = null;
  }

  build() {
    follow(this.#sources);
    const actions = el('div', {class: 'row wrap'}, this.#download, this.#link, this.#copy, this.#again, this.#sources);
    this.append(el('div', {class: 'facts'}, this.#prompt, this.#facts, this.#tagged, actions, this.#usable));
  }

  draw(changed) {
    if (changed.has('kind') || changed.has('fileUrl')) {
      this.#file?.remove();
      this.#file = this.#make();
      this.prepend(this.#file);
    }
    if (this.kind in ABSENT) say(this.#file.lastChild, this.more.note ?? '');
    say(this.#prompt, this.prompt);
    this.#prompt.hidden = !this.prompt;
    this.#tellFacts();
    this.#download.hidden = !this.fileUrl;
    attrs(this.#download, {href: this.fileUrl ? `${this.fileUrl}&download=1` : null});
    if (changed.has('more')) this.#drawMore();
    this.#copy.hidden = !this.prompt && !this.more.titled;
  }

  /** The title stands in the head of the dialog around it. */
  get #heading() {
    return this.closest('dialog').querySelector('.h2');
  }

  #drawMore() {
    const {id = '', tags = [], error = '', sources = 0, usable = false, again = MADE_BY[this.kind] ?? ''} = this.more;
    if (this.#tags?.mediaId !== id) {
      this.#tags = el('freshet-tags'); // what was being written belongs to another item
      this.#tagged.replaceChildren(this.#tags);
    }
    Object.assign(this.#tags, {mediaId: id, tags, error});
    attrs(this.#sources, {href: itemUrl(id)});
    say(this.#sources.lastChild, `Made from ${sources} ${sources === 1 ? 'item' : 'items'}`);
    this.#sources.hidden = !sources;
    this.#usable.hidden = !usable;
    Object.assign(this.#again, {mediaId: id, kind: again, varies: usable && again === 'image'});
    this.#uses.mediaId = id;
  }

  #tellFacts() {
    const [bytes, made, ...words] = this.facts;
    say(this.#facts, [...words, bytes === null ? '' : size(bytes), ago(made)].filter(Boolean).join(' · '));
    attrs(this.#facts, {title: `Made ${exact(made)}`});
  }

  #make() {
    if (this.kind in ABSENT) return el('div', {class: 'blank'}, icon(ABSENT[this.kind], 'xl'), el('span'));
    const file = {src: this.fileUrl, 'aria-labelledby': this.#heading.id};
    return insist(this.kind === 'image' ? el('img', file) : el(this.kind, {controls: true, ...file}));
  }
}

define('freshet-look', FreshetLook);
