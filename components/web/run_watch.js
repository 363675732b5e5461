import {FreshetElement, define} from './base.js';
import {isBusy} from './busy.js';

const EVERY_MS = 700;
const SLOWEST_MS = 5000;
const MOST_IDS = 50; // what the server answers at once
const OVER = new Set(['succeeded', 'failed', 'cancelled']);

/**
 * Watches runs while the page is visible: water rises in their tiles at once, and the server hears once of each output
 * that is there to be shown and of each run's end.
 */
class FreshetRunWatch extends FreshetElement {
  static props = {runIds: []};
  #ended = new Set();
  #told = new Set(); // outputs, as "run/media"
  #timer = 0;
  #asking = false;
  #wait = EVERY_MS;
  #wake = () => this.#soon(0);

  build() {
    this.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#wake);
    window.addEventListener('online', this.#wake);
    this.#soon(0);
  }

  disconnectedCallback() {
    document.removeEventListener('visibilitychange', this.#wake);
    window.removeEventListener('online', this.#wake);
    clearTimeout(this.#timer);
  }

  draw() {
    this.#soon(0);
  }

  get #open() {
    return this.runIds.filter((run) => !this.#ended.has(run));
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
      this.#hear(await this.#fetch());
      this.#wait = EVERY_MS;
    } catch {
      // No answer is no news: the guard and the status line speak of connections, this only asks less often.
      this.#wait = Math.min(this.#wait * 1.7, SLOWEST_MS);
    } finally {
      this.#asking = false;
      this.#soon(this.#wait);
    }
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
