import {FreshetElement, define} from './base.js';
import {isBusy} from './busy.js';

const EVERY_MS = 700;
const SLOWER = 1.4; // times the last pause, after each answer that tells nothing new, and after none
const SLOWEST_MS = 5000;
const MOST_IDS = 50; // what the server answers at once
const OVER = new Set(['succeeded', 'failed', 'cancelled']);

/**
 * Watches runs while the page is visible: water rises in their tiles at once, and the server hears once of each output
 * that is there to be shown and of each run's end. While nothing changes, a run is asked about less and less often.
 */
class FreshetRunWatch extends FreshetElement {
  static props = {runIds: []};
  #ended = new Set();
  #told = new Set(); // outputs, as "run/media"
  #timer = 0;
  #asking = false;
  #wait = EVERY_MS;
  #last = ''; // the last answer
  #wake = () => this.#now();

  build() {
    this.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#wake);
    window.addEventListener('online', this.#wake);
    this.#now();
  }

  disconnectedCallback() {
    document.removeEventListener('visibilitychange', this.#wake);
    window.removeEventListener('online', this.#wake);
    clearTimeout(this.#timer);
  }

  draw() {
    this.#now();
  }

  get #open() {
    return this.runIds.filter((run) => !this.#ended.has(run));
  }

  #now() {
    this.#wait = EVERY_MS;
    this.#soon(0);
  }

  #soon(delay) {
    clearTimeout(this.#timer);
    if (!this.isConnected || document.hidden || !this.#open.length) return;
    this.#timer = setTimeout(() => this.#ask(), delay);
  }

  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const runs = await this.#fetch();
      const told = JSON.stringify(runs);
      this.#wait = told === this.#last ? this.#slower : EVERY_MS;
      this.#last = told;
      this.#hear(runs);
    } catch {
      // No answer is no news: the guard and the status line speak of connections, this only asks less often.
      this.#wait = this.#slower;
    } finally {
      this.#asking = false;
      this.#soon(this.#wait);
    }
  }

  get #slower() {
    return Math.min(this.#wait * SLOWER, SLOWEST_MS);
  }

  async #fetch() {
    const ids = this.#open.slice(0, MOST_IDS).map(encodeURIComponent).join(',');
    const response = await fetch(`/api/runs/progress?ids=${ids}`, {cache: 'no-store', credentials: 'same-origin'});
    if (!response.ok) throw new Error(`progress: ${response.status}`);
    return (await response.json()).runs;
  }

  #hear(runs) {
    let news = false;
    for (const tile of document.querySelectorAll('[data-run]')) {
      const run = runs[tile.runId];
      if (!run) continue;
      // A run of several pictures tells how far each is; without that, all share the run's own progress.
      const each = Object.keys(run.outputs ?? {}).length > 0;
      const percent = each ? run.outputs[tile.mediaId] ?? 0 : run.progress;
      if (percent > 0) tile.setProgress(percent);
      const output = `${tile.runId}/${tile.mediaId}`;
      if (!each || percent < 100 || tile.status !== 'generating' || this.#told.has(output)) continue;
      this.#told.add(output);
      news = true;
    }
    const ids = this.#open.filter((run) => OVER.has(runs[run]?.status));
    if (!(ids.length || news) || !this.isConnected) return;
    for (const run of ids) this.#ended.add(run);
    this.emit('completeEvent', {ids, scrolled: isBusy(this)}, {quiet: true});
  }
}

define('freshet-run-watch', FreshetRunWatch);
