// The files that are being uploaded from this tab: three at a time, the others in a queue. It lives as long as the tab's
// document does, whatever page is looked at.

import {Refused, Sending} from './upload_send.js';

const AT_ONCE = 3;
const OVER = new Set(['done', 'failed']);

let count = 0;

class UploadQueue extends EventTarget {
  limits = ''; // how large those may be that were added last, in words
  items = []; // {id, name, size, wanted, project, file, state: queued|sending|done|failed, sent, note, final, known, mediaId}
  #sendings = new Map();
  #ask = (event) => event.preventDefault(); // whoever leaves is asked first

  constructor() {
    super();
    for (const type of ['online', 'freshet:back']) window.addEventListener(type, () => this.#hurry());
    window.addEventListener('pagehide', (event) => event.persisted || this.#sendings.forEach((sending) => sending.cancel()));
  }

  get busy() {
    return this.items.some((item) => !OVER.has(item.state));
  }

  /** Have `files` uploaded. `wanted`: the one type that is of use ("" for any); `project`: where they go; `limits`: words. */
  add(files, {wanted = '', project = '', limits = ''} = {}) {
    if (!this.busy) this.clear();
    this.limits = limits;
    for (const file of files) {
      const name = file.name || 'Unnamed file';
      this.items.push({id: ++count, name, size: file.size, wanted, project, file, state: 'queued', sent: 0, note: '', final: false, known: '', mediaId: ''});
    }
    this.#fill();
  }

  cancel(item) {
    this.#sendings.get(item)?.cancel();
    this.items = this.items.filter((other) => other !== item);
    this.#changed();
  }

  cancelAll() {
    for (const item of this.items.filter(({state}) => !OVER.has(state))) this.cancel(item);
  }

  retry(item) {
    Object.assign(item, {state: 'queued', sent: 0, note: ''});
    this.#fill();
  }

  /** Forget what is over. */
  clear() {
    this.items = this.items.filter(({state}) => !OVER.has(state));
    this.#changed();
  }

  /** Resolves once nothing is on its way. */
  settled() {
    return new Promise((done) => {
      const look = () => {
        if (this.busy) return;
        this.removeEventListener('change', look);
        done();
      };
      this.addEventListener('change', look);
      look();
    });
  }

  #fill() {
    for (const item of this.items) {
      if (this.#sendings.size >= AT_ONCE) break;
      if (item.state === 'queued') this.#start(item);
    }
    this.#changed();
  }

  async #start(item) {
    const tell = (news) => {
      Object.assign(item, news);
      this.#changed();
    };
    const sending = new Sending(item.file, {name: item.name, wanted: item.wanted, project: item.project, tell});
    this.#sendings.set(item, sending);
    item.state = 'sending';
    try {
      const done = await sending.run();
      if (done) this.#finish(item, done);
    } catch (error) {
      const why = error instanceof Refused ? error.message : `${item.name} could not be uploaded (${error.message})`;
      Object.assign(item, {state: 'failed', note: why, final: error.final ?? false});
    }
    this.#sendings.delete(item);
    this.#fill();
  }

  #finish(item, {mediaId, known}) {
    Object.assign(item, {state: 'done', sent: item.size, note: '', mediaId, known, file: null});
    this.dispatchEvent(new CustomEvent('done', {detail: item}));
  }

  #hurry() {
    for (const sending of this.#sendings.values()) sending.hurry();
  }

  #changed() {
    if (this.busy) window.addEventListener('beforeunload', this.#ask);
    else window.removeEventListener('beforeunload', this.#ask); // it would keep browsers from keeping the page
    this.dispatchEvent(new Event('change'));
  }
}

export const uploads = new UploadQueue();
