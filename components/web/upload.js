import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {isBusy} from './busy.js';
import {bring} from './session.js';
import {uploads} from './upload_queue.js';
import './upload_tray.js';
import {hearOfFiles} from './upload_veil.js';

const PAUSE_MS = 400; // between two times that the page is told: many small files end one after the other
const MOST_KNOWN = 4; // the last ones cover the others: three are on their way at a time
const shown = []; // the elements on the page, the latest last

/** The one that takes what is dropped or pasted: of the dialog that is open, else of the page. */
function taker() {
  const dialog = [...document.querySelectorAll('dialog:modal')].at(-1);
  return shown.findLast((upload) => dialog?.contains(upload)) ?? shown.at(-1) ?? null;
}

/** A button that uploads files. Those that are dropped on the page or pasted go where its own go. */
class FreshetUpload extends FreshetElement {
  static props = {label: 'Upload', wanted: '', project: '', limits: '', dropWords: ''};
  #words = el('span', {class: 'hide-s'});
  #button = el('button', {type: 'button', class: 'btn line'}, icon('upload'), this.#words);
  #input = el('input', {type: 'file', multiple: true, hidden: true, 'aria-label': 'Files', tabindex: '-1'});
  #news = []; // signed notes of what was written, for the page to know
  #telling = false;
  #onDone = ({detail}) => this.#hear(detail);

  build() {
    this.append(this.#button, this.#input);
    this.#button.addEventListener('click', () => this.#input.click());
    this.#input.addEventListener('change', () => {
      this.take([...this.#input.files]);
      this.#input.value = '';
    });
  }

  connectedCallback() {
    super.connectedCallback();
    shown.push(this);
    uploads.addEventListener('done', this.#onDone);
  }

  disconnectedCallback() {
    shown.splice(shown.indexOf(this), 1);
    uploads.removeEventListener('done', this.#onDone);
  }

  draw() {
    say(this.#words, this.label);
    attrs(this.#button, {'aria-label': this.label, title: `${this.limits} Or drop files anywhere, or paste them.`.trim()});
    attrs(this.#input, {accept: (this.wanted ? [this.wanted] : ['image', 'video', 'audio']).map((type) => `${type}/*`).join()});
  }

  take(files) {
    uploads.add(files, this);
  }

  #hear({known}) {
    this.#news.push(known);
    this.#tell();
  }

  async #tell() {
    if (this.#telling) return;
    this.#telling = true;
    while (this.#news.length && this.isConnected) {
      const known = this.#news.splice(0).filter(Boolean).slice(-MOST_KNOWN);
      await this.emit('uploadedEvent', {known, scrolled: isBusy(this)}, {quiet: true});
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
    this.#telling = false;
  }
}

// On a page without the button nobody else brings along what was written.
uploads.addEventListener('done', ({detail: {known}}) => known && !shown.length && bring(known).catch(() => {}));
hearOfFiles(taker);

define('freshet-upload', FreshetUpload);
