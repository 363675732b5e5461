// Runs in the head, before everything else: the theme before the first paint, and an eye on Mesop's requests before the
// first of them is sent.

// The remembered theme, or the system's. The switch itself is components/web/theme.js; both follow the same rule.
(() => {
  let kept = null;
  try {
    kept = localStorage.getItem('freshet:theme');
  } catch {
    // No storage in this browser: the system decides.
  }
  const dark = kept ? kept === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  if (!dark) return;
  const paint = () => document.body?.classList.add('dark-theme');
  if (document.body) {
    paint();
    return;
  }
  const birth = new MutationObserver(() => {
    if (!document.body) return;
    birth.disconnect();
    paint();
  });
  birth.observe(document.documentElement, {childList: true});
})();

// A stylesheet that cannot be had is asked for again: nothing can be read without it. Whether it came is known here, since
// scripts wait for the stylesheets before them.
(() => {
  const came = (link) => {
    try {
      return link.sheet.cssRules.length > 0;
    } catch {
      return false; // no sheet, or one that Chromium keeps to itself since it never came
    }
  };
  const again = (link) => {
    if (came(link)) return;
    const next = link.cloneNode();
    next.addEventListener('error', () => setTimeout(again, 3000, next));
    link.replaceWith(next);
  };
  for (const link of document.querySelectorAll('link[rel=stylesheet]')) again(link);
})();

// Where this browser's days begin and end: "today" among the library's filters is its own (state/zone.py). Chosen on the
// account page (components/web/prefs.js), else the device's.
window.freshetZone = {
  tell() {
    let zone = null;
    try {
      zone = localStorage.getItem('freshet:zone');
    } catch {
      // No storage in this browser: the device decides.
    }
    zone ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? '';
    document.cookie = `freshet_zone=${encodeURIComponent(zone)}; path=/; samesite=lax`;
  },
};
window.freshetZone.tell();

// Steps in the history are looked at by components/web/layers.js before Mesop hears of them, and at a window whoever listens
// first hears first: Mesop may listen before that module has loaded.
//
// Mesop asks for the page of each step at once, and shows whatever answer comes last. So while it waits for one, it hears of no
// step but after that (components/web/channel.js), and then of the last one: it asks for where the tab is by then.
window.freshetSteps = {
  hear: null,
  late: false,
  go() {
    if (!this.late) return false;
    this.late = false;
    window.dispatchEvent(new PopStateEvent('popstate', {state: history.state}));
    return true;
  },
};
window.addEventListener('popstate', (event) => {
  const steps = window.freshetSteps;
  if (event.isTrusted) steps.hear?.(event);
  if (event.cancelBubble || !window.freshetChannel.pending.size) return;
  event.stopImmediatePropagation();
  steps.late = true;
});

// Mesop 1.3.7 sends each event as a POST /__ui__ and has no error path for it: one that fails leaves the tab waiting for
// ever. So those requests are watched from the first one on, by components/web/channel.js; what happens before it has
// loaded waits for it here. One that got no answer at all, since the server is away, fails in silence and can be sent again.
(() => {
  const AWAY = new Set([0, 502, 503, 504]);
  const REFUSED = 400; // the page does not fit the server any more
  const channel = (window.freshetChannel = {pending: new Set(), early: [], hear: null});
  const tell = (what, request) => (channel.hear ? channel.hear(what, request) : channel.early.push([what, request]));
  const listen = EventTarget.prototype.addEventListener; // before zone.js, which Mesop brings, puts its own there
  const Plain = XMLHttpRequest;

  window.XMLHttpRequest = class extends Plain {
    #line = null; // method and address of a request that is Mesop's
    #body = null;
    #status = 0;
    #begun = false; // some of the answer has been taken in
    #taken = false; // Mesop has heard the end of it, or given up
    #withdrawn = false; // nobody waits for its answer any more
    clockGap = NaN; // ms by which the server's clock is ahead of ours; the answer itself forgets that once Mesop leaves it

    constructor() {
      super();
      // The first to listen, so that nobody hears of a failure that is to be made good.
      for (const type of ['readystatechange', 'progress', 'load', 'error', 'abort', 'loadend']) {
        listen.call(this, type, (event) => this.#line && this.#hear(event));
      }
    }

    open(method, url, ...rest) {
      this.#line = new URL(url, location.href).pathname.endsWith('/__ui__') ? [method, url] : null;
      super.open(method, url, ...rest);
    }

    send(body) {
      if (this.#line) {
        this.#body = body;
        channel.pending.add(this);
        tell('sent', this);
      }
      super.send(body);
    }

    abort() {
      this.#taken = true;
      super.abort();
      this.#end(); // Chromium tells nobody when all of the answer was there already
    }

    /** Send it once more, after it was lost. */
    again() {
      this.#status = 0;
      super.open(...this.#line);
      super.send(this.#body);
    }

    /** Take it back unless its answer has begun, as if nothing had come of it. Returns whether it could be done. */
    withdraw() {
      if (this.readyState !== Plain.OPENED || this.#taken) return false;
      this.#withdrawn = true;
      super.abort();
      this.dispatchEvent(new ProgressEvent('progress')); // Mesop reads that the answer is over, and gives it up
      return true;
    }

    get status() {
      return this.#withdrawn ? 200 : super.status;
    }

    get responseText() {
      return this.#withdrawn ? 'data: <stream_end>\n\n' : super.responseText;
    }

    #hear(event) {
      if (this.#withdrawn) {
        if (event.isTrusted) event.stopImmediatePropagation();
        return;
      }
      if (this.readyState >= Plain.HEADERS_RECEIVED && this.status) this.#status = this.status;
      if (this.readyState >= Plain.LOADING && this.status === 200 && this.responseText) this.#begun = true;
      const over = this.readyState === Plain.DONE || this.#status > 0;
      const lost = over && !this.#begun && !this.#taken && AWAY.has(this.#status);
      if (lost) event.stopImmediatePropagation();
      if (event.type === 'readystatechange' && this.readyState === Plain.HEADERS_RECEIVED && !lost) {
        this.clockGap = Date.parse(this.getResponseHeader('Date')) - Date.now();
        tell('heard', this);
      }
      if (event.type !== 'loadend') return;
      if (lost) tell('lost', this);
      else this.#end();
    }

    #end() {
      if (!channel.pending.delete(this)) return;
      if (this.#withdrawn) {
        tell('withdrawn', this);
        return;
      }
      const whole = this.#status === 200 && (this.#taken || this.responseText.includes('<stream_end>'));
      tell(whole ? 'answered' : this.#status === REFUSED ? 'refused' : 'broken', this);
    }
  };
})();

// Our elements, which the head loads before Mesop starts. What could not be had is asked for again, and after a while
// somebody is told. Mesop shows no frame without them, and forgets one for which it asked in vain: so a page that is
// still empty when they come is opened anew.
(() => {
  const ELEMENTS = '/__web-components-module__/components/web/all.js';
  const AGAIN_MS = 3000;
  const TOLD_AFTER = 2; // attempts in vain
  let vain = 0;
  let bar = null;

  const make = (tag, look, ...children) => {
    const node = document.createElement(tag);
    node.className = look;
    node.append(...children);
    return node;
  };
  const tell = () => {
    const again = make('a', 'btn', 'Reload');
    again.href = location.href;
    again.addEventListener('click', (event) => {
      event.preventDefault(); // an address with a hash would only be jumped to
      location.reload();
    });
    const what = make('b', '', 'This page cannot be shown yet.');
    bar = make('div', 'notice failed restarting', make('span', 'grow', what, ' A part of it does not load. Freshet keeps trying.'), again);
    bar.setAttribute('role', 'alert');
    document.body.append(bar);
  };
  const came = () => {
    bar?.remove();
    if (vain && !document.querySelector('.app')) location.reload();
  };
  const failed = () => {
    vain++;
    if (vain === TOLD_AFTER) tell();
    setTimeout(load, AGAIN_MS);
  };
  const load = () => import(ELEMENTS).then(came, failed);
  document.addEventListener('DOMContentLoaded', load);
})();
