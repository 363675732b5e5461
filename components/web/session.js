import {FreshetElement, define} from './base.js';

const AGAIN_MS = 5000; // after a failure: the server is away, or being restarted
let kept = ''; // the last one that reached the cookie; the same for every page of this tab

/** Have the cookie know what `token` knows, too: one tab after the other. Throws when the server does not answer. */
export async function bring(token) {
  const send = () =>
    fetch('/api/session', {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({token}),
      keepalive: true,
    });
  const answer = await (navigator.locks ? navigator.locks.request('freshet-session', send) : send());
  if (!answer.ok) throw new Error(answer.statusText);
}

/**
 * Brings what this session has written and seen to its cookie, for other tabs and other server processes.
 *
 * Script cannot write the cookie (it is HttpOnly), and the server merges, so it takes a request, each time that there
 * is something new to know. One tab after the other: else the cookie could go back to what it knew before.
 */
class FreshetSession extends FreshetElement {
  static props = {token: ''};
  #again = 0;

  build() {
    this.hidden = true;
  }

  disconnectedCallback() {
    clearTimeout(this.#again);
  }

  draw() {
    this.#keep();
  }

  async #keep() {
    const token = this.token;
    clearTimeout(this.#again);
    if (!token || token === kept) return;
    try {
      await bring(token);
      kept = token;
    } catch {
      if (this.isConnected) this.#again = setTimeout(() => this.#keep(), AGAIN_MS);
    }
  }
}

define('freshet-session', FreshetSession);
