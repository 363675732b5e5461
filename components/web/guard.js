import {FreshetElement, define, el} from './base.js';
import {learn} from './clock.js';
import {keepForReload} from './drafts.js';

// Mesop 1.3.7 has no error path for its POST /__ui__: one that fails leaves the tab waiting for ever. So those requests
// are watched here, from the first one on (static/boot.js); when one fails, the tab says so, waits for the server and
// opens the page again. Typed text survives through drafts.js, filters and ids because pages keep them in the URL.

const RELOADS = 'freshet:reloads';
const TOO_MANY = 3; // reloads within a minute that did not help
let broken = false;
let leavingFor = null; // where the user was going when the request failed

window.addEventListener('freshet:leaving', (event) => { leavingFor = event.detail; });

function tooOften() {
  let past = [];
  try {
    past = JSON.parse(sessionStorage.getItem(RELOADS) ?? '[]');
  } catch {
    // A broken note of past reloads is as good as none.
  }
  const recent = past.filter((at) => Date.now() - at < 60e3);
  sessionStorage.setItem(RELOADS, JSON.stringify([...recent, Date.now()].slice(-10)));
  return recent.length >= TOO_MANY;
}

const healthy = async () => {
  try {
    return (await fetch('/healthz', {cache: 'no-store'})).ok;
  } catch {
    return false;
  }
};

function reopen() {
  keepForReload();
  const url = leavingFor === null ? location.href : new URL(leavingFor, location.href).href;
  if (url === location.href) location.reload();
  else location.assign(url);
}

function notice() {
  const strong = el('b', {}, 'Freshet is restarting.');
  const words = el('span', {class: 'grow'}, strong, ' This page comes back by itself, with what you typed.');
  const bar = el('div', {class: 'notice info restarting', role: 'alert'}, el('i', {class: 'spin', 'aria-hidden': 'true'}), words);
  document.body.append(bar);
  return {bar, strong, words};
}

/** A server that answers but keeps failing this page must not be asked for ever. */
function giveUp({bar, words}) {
  const again = el('button', {type: 'button', class: 'btn'}, 'Try again');
  again.addEventListener('click', () => {
    sessionStorage.removeItem(RELOADS);
    reopen();
  });
  bar.className = 'notice failed restarting';
  bar.firstChild.remove();
  words.replaceChildren(el('b', {}, 'This page does not open.'), ' The server answers, but not here. What you typed is kept.');
  bar.append(again);
}

async function recover() {
  if (broken) return;
  broken = true;
  const shown = notice();
  for (let wait = 400; ; wait = Math.min(wait * 1.5, 5000)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (!(await healthy())) continue;
    if (tooOften()) giveUp(shown);
    else reopen();
    return;
  }
}

function judge(request) {
  if (request.status === 200 && request.responseText.includes('<stream_end>')) leavingFor = null;
  else recover();
}

function hear(request) {
  if (request.readyState >= XMLHttpRequest.HEADERS_RECEIVED) learn(Date.parse(request.getResponseHeader('Date')));
}

function watch(request) {
  hear(request);
  if (request.readyState === XMLHttpRequest.DONE) {
    judge(request);
    return;
  }
  // A page that is being left cancels its requests; that is no failure.
  let left = false;
  const leave = () => { left = true; };
  window.addEventListener('pagehide', leave, {once: true});
  request.addEventListener('readystatechange', () => request.readyState === XMLHttpRequest.HEADERS_RECEIVED && hear(request));
  request.addEventListener('error', () => left || recover());
  request.addEventListener('load', () => {
    window.removeEventListener('pagehide', leave);
    judge(request);
  });
}

// static/boot.js sees the requests from the first one on; this module may be loaded twice, by it and by a page.
const channel = window.freshetChannel;
if (channel && !channel.watch) {
  channel.watch = watch;
  for (const request of channel.early.splice(0)) watch(request);
}

class FreshetGuard extends FreshetElement {
  build() {
    this.hidden = true;
  }
}

define('freshet-guard', FreshetGuard);
