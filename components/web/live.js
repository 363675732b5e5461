import {FreshetElement, define} from './base.js';
import {isBusy} from './busy.js';
import {liveOff, onLiveChoice} from './live_choice.js';
import {Pace} from './pace.js';

const RETURN_MS = 5000; // a return (focus, visibility, online) is answered at most this often
const DEAD_MS = 40e3; // two missed beats and a bit: the stream is not what it seems
const HELLO_MS = 10e3; // one that says nothing at all for so long is kept back by something on the way
const POLL_MS = 5000; // a tab without a stream of its own asks this often
const WAIT_MS = 1000; // a slow answer without a stream to announce it is asked for this often
const HEAL_MS = 2000; // what could not be read while changes come in is asked for again after this long, then twice it,
const HEAL_MOST_MS = 48e3; // but never later than this
const TTL_MS = 5 * 60e3; // so often the server is asked whether what an open view shows has grown old
const STREAMS = 4; // per browser: HTTP/1.1 gives six connections to a host, and pages need some
const RETRY_MS = [500, 1000, 2000]; // give or take a quarter: tabs that were cut off together come back apart
const PATIENCE = RETRY_MS.length; // streams that fail one after another, before the page asks without one

/**
 * Hears of changes to the views on screen (server-sent events), notices when the tab is looked at again, and tells the
 * page, which reads what changed. A hidden tab listens to nothing and asks nothing. With live updates off neither does
 * a visible one: it asks for nothing but the slow answer to what somebody did.
 *
 * A browser opens at most STREAMS streams, counted with Web Locks; further visible tabs poll instead, and where there
 * are no locks all do. All of it ends with the element.
 */
class FreshetLive extends FreshetElement {
  static props = {views: '[]', versions: [], waiting: false, unsure: false};
  #stream = null;
  #release = null; // gives this tab's place among the streams back
  #acquiring = false;
  #beat = 0;
  #known = ''; // how far the changes reach that were told of: who answers must not know less
  #pending = null; // views to ask for next: place → version known there, or 'all'
  #pushTimer = 0;
  #pace = new Pace();
  #returnedAt = 0;
  #pollTimer = 0;
  #waitTimer = 0;
  #ttlTimer = 0;
  #retryTimer = 0;
  #healTimer = 0;
  #tries = 0;
  #state = 'connecting';
  #feed = 'live';
  #views = null;
  #away = false; // the server does not answer what the page asks
  #missed = false; // something would have been asked meanwhile
  #onAway = (event) => this.#lost(event.type === 'freshet:away');
  #unheard = null; // ends hearing of live updates being turned on or off
  #onReturn = (event) => this.#returned(event.type);
  #onHide = () => (document.hidden ? this.#rest() : this.#returned('visibilitychange'));

  build() {
    this.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#onHide);
    for (const type of ['focus', 'online', 'offline']) window.addEventListener(type, this.#onReturn);
    for (const type of ['freshet:away', 'freshet:back']) window.addEventListener(type, this.#onAway);
    this.#unheard = onLiveChoice(() => this.#chosen());
    this.#returnedAt = performance.now(); // the page has just been loaded
    this.#ttlTimer = setInterval(() => this.#tell('ttl', null), TTL_MS);
    if (!document.hidden) this.#open();
  }

  disconnectedCallback() {
    document.removeEventListener('visibilitychange', this.#onHide);
    for (const type of ['focus', 'online', 'offline']) window.removeEventListener(type, this.#onReturn);
    for (const type of ['freshet:away', 'freshet:back']) window.removeEventListener(type, this.#onAway);
    this.#unheard();
    clearInterval(this.#ttlTimer);
    this.#rest();
    this.#say(''); // the next page's status line is not live before its own stream is open
  }

  draw(changed) {
    if (changed.has('views') && this.#views !== null && this.#views !== this.views && !document.hidden) {
      this.#close();
      this.#open();
    }
    this.#views = this.views;
    if (changed.has('waiting')) this.#watchAnswer();
    if (changed.has('unsure')) this.#heal(HEAL_MS);
    this.#show();
  }

  assigned() {
    // The server may just have drawn a new status line: it has to hear how the connection is.
    queueMicrotask(() => this.#show());
  }

  #chosen() {
    this.#rest();
    if (!document.hidden) this.#listen();
    this.#show();
  }

  #listen() {
    this.#open();
    this.#watchAnswer();
  }

  // The stream

  async #open() {
    if (this.#stream || this.#acquiring || !this.isConnected || liveOff()) return;
    this.#acquiring = true;
    const place = await this.#place();
    this.#acquiring = false;
    if (!this.isConnected || document.hidden || liveOff()) {
      place?.();
      this.#show();
      return;
    }
    if (!place) {
      this.#poll();
      return;
    }
    this.#release = place;
    const queries = JSON.parse(this.views);
    const views = queries.map((query, index) => ({query, version: this.versions[index] ?? ''}));
    const stream = (this.#stream = new EventSource(`/events?views=${encodeURIComponent(JSON.stringify(views))}`));
    const heard = (type, react) =>
      stream.addEventListener(type, (event) => {
        this.#alive();
        react(JSON.parse(event.data));
      });
    heard('hello', ({feed}) => this.#hello(feed));
    heard('resync', () => this.#push('all'));
    heard('change', ({views: places, versions, known}) => {
      this.#known = known;
      this.#push(places, versions);
    });
    heard('ready', ({views: places}) => this.#tell('ready', places));
    heard('state', ({feed}) => this.#hearFeed(feed));
    heard('beat', () => {});
    stream.addEventListener('error', () => this.#broken());
    this.#await(HELLO_MS, () => { this.#tries = PATIENCE; });
  }

  #hello(feed) {
    this.#tries = 0;
    this.#state = 'open';
    this.#hearFeed(feed);
    this.#heal(HEAL_MS);
  }

  #hearFeed(feed) {
    const recovered = feed === 'live' && ['polling', 'down'].includes(this.#feed);
    const lost = feed === 'down' && this.#feed !== 'down';
    this.#feed = feed;
    this.#show();
    if (recovered) this.#tell('online', null);
    if (lost) this.#tell('live', null); // the page finds out why, and says so with its way to try again
  }

  #broken() {
    // Opened anew by hand, so that the next one tells the versions that are on the screen by then.
    const after = RETRY_MS[this.#tries++];
    this.#close();
    if (this.#tries > PATIENCE) { // no stream comes through; requests may
      const asks = this.#state === 'polling';
      this.#poll();
      if (!asks) this.#tell('live', null); // at once: whether they do is what the status line tells
      return;
    }
    this.#state = 'reconnecting';
    this.#show();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => document.hidden || this.#open(), after * (0.75 + Math.random() / 2));
  }

  /** The page's own requests go unanswered (see guard.js), or are answered again. */
  #lost(away) {
    this.#away = away;
    if (!away && !document.hidden) this.#open();
    if (!away && this.#missed) this.#push('all');
    this.#missed = false;
    this.#show();
  }

  #alive() {
    this.#await(DEAD_MS);
  }

  /** The stream is broken unless something comes within so long. */
  #await(time, before = () => {}) {
    clearTimeout(this.#beat);
    this.#beat = setTimeout(() => {
      before();
      this.#broken();
    }, time);
  }

  #close() {
    clearTimeout(this.#beat);
    this.#stream?.close();
    this.#stream = null;
    this.#release?.();
    this.#release = null;
  }

  /** Hidden, or gone: nothing listens and nothing is asked. */
  #rest() {
    this.#close();
    for (const timer of [this.#pushTimer, this.#pollTimer, this.#waitTimer, this.#retryTimer, this.#healTimer]) clearTimeout(timer);
    this.#pending = null;
    this.#pushTimer = 0;
    this.#state = 'connecting';
  }

  /** A place among the browser's streams: the way to give it back, or null if all are taken. */
  async #place() {
    if (!navigator.locks) return null; // an insecure origin other than this machine: nobody can tell how many are open
    for (let number = 0; number < STREAMS; number++) {
      const release = await new Promise((taken) => {
        navigator.locks.request(`freshet-stream-${number}`, {ifAvailable: true}, (lock) => {
          if (!lock) return taken(null);
          return new Promise((done) => taken(done));
        });
      });
      if (release) return release;
    }
    return null;
  }

  #poll() {
    this.#state = 'polling';
    this.#show();
    clearTimeout(this.#pollTimer);
    this.#pollTimer = setTimeout(() => {
      if (document.hidden || !this.isConnected || this.#state !== 'polling') return;
      this.#tell('live', null);
      this.#open();
      this.#poll();
    }, POLL_MS);
  }

  // What is told to the page

  #push(places, versions = []) {
    if (document.hidden) return; // the return will ask
    if (places === 'all' || this.#pending === 'all') this.#pending = 'all';
    else this.#pending = new Map([...(this.#pending ?? []), ...places.map((place, index) => [place, versions[index]])]);
    this.#askOn();
  }

  #askOn() {
    if (this.#pushTimer || this.#pace.asking || !this.#pending) return;
    this.#pushTimer = setTimeout(async () => {
      const pending = this.#pending;
      this.#pushTimer = 0;
      this.#pending = null;
      await this.#pace.ask(() => this.#tellPush(pending));
      this.#askOn();
    }, this.#pace.wait());
  }

  #tellPush(pending) {
    if (pending === 'all') return this.#tell('online', null);
    // What this very tab asked for comes back as a push: it shows that already.
    const news = [...pending].filter(([place, version]) => !version || version !== this.versions[place]);
    return news.length ? this.#tell('live', news.map(([place]) => place)) : undefined;
  }

  #returned(type) {
    if (type === 'offline') {
      this.#broken();
      return;
    }
    if (document.hidden) return;
    this.#listen();
    if (performance.now() - this.#returnedAt < RETURN_MS) return;
    this.#returnedAt = performance.now();
    this.#tell({visibilitychange: 'visibility', focus: 'focus', online: 'online'}[type], null);
  }

  #tell(reason, views) {
    if (liveOff() && !this.waiting) return;
    if (this.#state === 'reconnecting' && reason !== 'ready') return; // a stream that opens again catches up
    if (!this.isConnected || document.hidden) return;
    if (this.#away) { // the stream may have stayed open
      this.#missed = true;
      return;
    }
    return this.emit('refreshEvent', {reason, views, scrolled: isBusy(this), known: this.#known}, {quiet: true});
  }

  /** A slow answer announces itself through the stream; without one it is asked for. */
  #watchAnswer() {
    clearTimeout(this.#waitTimer);
    if (!this.waiting || !this.isConnected) return;
    this.#waitTimer = setTimeout(() => {
      this.#tell('ready', null); // also where a stream is open: the process behind it may not be the one that was asked
      this.#watchAnswer();
    }, this.#state === 'open' ? 5 * WAIT_MS : WAIT_MS);
  }

  /**
   * A question may have failed just before the store was there again, or its answer lack what this session knows of, and
   * no change tells of that: it is asked again.
   * While no changes come in, those who look for the store tell the page when it is back.
   */
  #heal(after) {
    clearTimeout(this.#healTimer);
    if (!this.unsure || !this.isConnected) return;
    this.#healTimer = setTimeout(() => {
      const works = ['live', 'polling'].includes(this.#mode);
      if (works) this.#tell('online', null);
      this.#heal(works ? Math.min(2 * after, HEAL_MOST_MS) : HEAL_MS);
    }, after);
  }

  // How the connection is, told to the status lines without a trip to the server

  get #mode() {
    if (this.#away) return 'reconnecting';
    if (liveOff()) return 'off';
    if (this.#state === 'reconnecting') return 'reconnecting';
    if (this.#state === 'polling') return 'polling';
    if (this.#state === 'open') return {live: 'live', polling: 'polling', down: 'offline'}[this.#feed] ?? '';
    return '';
  }

  #show() {
    if (this.isConnected) this.#say(this.#mode);
  }

  #say(mode) {
    for (const status of document.querySelectorAll('freshet-status')) status.connection = mode;
    document.documentElement.dataset.live = mode;
  }
}

define('freshet-live', FreshetLive);
