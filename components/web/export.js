import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {size} from './sizes.js';

const TELL_MS = 200;
const LAST_LINE = 200; // bytes in which the last line is found
const FORGET_MS = 60e3; // by then the browser has taken the file

/**
 * Has the browser save what `url` sends: JSON lines, the last of which tells how many records came. What lacks it broke off,
 * and is not saved: half an export would look like a whole one. Blobs of this size lie on disk, not in memory.
 */
class FreshetExport extends FreshetElement {
  static props = {url: '', label: ''};
  #button = el('button', {type: 'button', class: 'btn line'});
  #status = el('span', {class: 'meta', role: 'status'});
  #wrong = el('span', {class: 'wrong', role: 'alert'});
  #stop = null; // while it is on its way

  build() {
    this.#button.addEventListener('click', () => this.#press());
    this.append(el('div', {class: 'row wrap'}, this.#button, this.#status, this.#wrong));
  }

  draw() {
    const busy = this.#stop !== null;
    this.#button.replaceChildren(icon(busy ? 'close' : 'download'), el('span', {class: 'cut'}, busy ? 'Cancel' : this.label));
    attrs(this.#button, {'aria-label': busy ? `Cancel: ${this.label}` : this.label});
  }

  disconnectedCallback() {
    this.#stop?.abort();
  }

  async #press() {
    if (this.#stop) {
      this.#stop.abort();
      return;
    }
    this.#stop = new AbortController();
    this.#tell('Preparing…');
    this.draw();
    try {
      await this.#save(await this.#get());
    } catch (error) {
      const cancelled = error.name === 'AbortError';
      this.#tell(cancelled ? 'Cancelled. Nothing was saved.' : '', cancelled ? '' : `Nothing was saved: ${this.#why(error)} Try again.`);
    } finally {
      this.#stop = null;
      this.draw();
    }
  }

  #why(error) {
    return error instanceof TypeError ? 'The server does not answer.' : error.message; // all that fetch says of a broken line
  }

  async #get() {
    const answer = await fetch(this.url, {signal: this.#stop.signal});
    if (!answer.ok) throw new Error(await reason(answer));
    const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'freshet-export.jsonl';
    let [come, told] = [0, 0];
    const counter = new TransformStream({
      transform: (piece, on) => {
        come += piece.byteLength;
        if (performance.now() - told > TELL_MS) {
          told = performance.now();
          say(this.#status, `${size(come)} so far…`);
        }
        on.enqueue(piece);
      },
    });
    return {name, blob: await new Response(answer.body.pipeThrough(counter)).blob()};
  }

  async #save({name, blob}) {
    const tail = (await blob.slice(-LAST_LINE).text()).trimEnd();
    const last = tail.slice(tail.lastIndexOf('\n') + 1);
    if (!last.startsWith('{"type":"end"')) throw new Error('It broke off before its end.');
    const link = el('a', {href: URL.createObjectURL(blob), download: name});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), FORGET_MS);
    const {records} = JSON.parse(last);
    this.#tell(`Saved as ${name}: ${records} ${records === 1 ? 'record' : 'records'}, ${size(blob.size)}.`);
  }

  #tell(status, wrong = '') {
    say(this.#status, status);
    say(this.#wrong, wrong);
  }
}

/** Why the server refused, in its own words where it has some. */
async function reason(answer) {
  try {
    return (await answer.json()).error ?? `The server answered ${answer.status}.`;
  } catch {
    return `The server answered ${answer.status}.`;
  }
}

define('freshet-export', FreshetExport);
