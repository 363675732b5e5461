import {FreshetElement, define, el} from './base.js';
import {awaited, unanswered, watch} from './channel.js';
import {learn} from './clock.js';
import {keepForReload, keepUnanswered} from './drafts.js';
import {uploads} from './upload_queue.js';

// A server that goes away takes no tab with it. A request that got no answer is sent again once the server is back, and
// the page lives on as it was. One that was cut off in the middle, or failed, cannot be: then the page is opened again.
// Typed text survives that through drafts.js, what is chosen in a form through keep.js, filters and ids in the URL.
// A page that the server does not understand, since it comes from an earlier version, is left to somebody to open again.

const RELOADS = 'freshet:reloads';
const TOO_MANY = 3; // sendings of one request, or reloads within a minute, that did not help
const attempts = new WeakMap(); // request → how often it was sent again
let away = false; // requests were lost, and none has been answered since
let asking = null; // resolves once the server answers
let bar = null;
let broken = false;
let left = false; // a page that is being left cancels its requests; that is no failure
let leavingFor = null; // where the user was going when the request failed

window.addEventListener('freshet:leaving', (event) => { leavingFor = event.detail; });
window.addEventListener('pagehide', () => {
  left = true;
  if (unanswered()) keepUnanswered(); // the browser gives up what is on its way
});
window.addEventListener('pageshow', () => { left = false; });

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

async function serverAnswers() {
  for (let wait = 400; ; wait = Math.min(wait * 1.5, 3000)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (await healthy()) return;
  }
}

function reopen() {
  keepForReload();
  const url = leavingFor === null ? location.href : new URL(leavingFor, location.href).href;
  if (url === location.href) location.reload();
  else location.assign(url);
}

function notice(promise) {
  bar ??= el('div', {class: 'notice info restarting', role: 'alert'});
  const words = el('span', {class: 'grow'}, el('b', {}, 'Freshet is restarting.'), ` ${promise}`);
  bar.replaceChildren(el('i', {class: 'spin', 'aria-hidden': 'true'}), words);
  if (!bar.isConnected) document.body.append(bar);
}

/** Tell what is the matter, and leave it to somebody to open the page again. */
function offer(look, what, words, action, before = () => {}) {
  const again = el('button', {type: 'button', class: 'btn'}, action);
  again.addEventListener('click', async () => {
    before();
    await uploads.settled(); // they go on without the page, and end with it
    reopen();
  });
  bar ??= el('div', {role: 'alert'});
  bar.className = `notice ${look} restarting`;
  bar.replaceChildren(el('span', {class: 'grow'}, el('b', {}, what), ` ${words}`), again);
  if (!bar.isConnected) document.body.append(bar);
}

/** A server that answers but keeps failing this page must not be asked for ever. */
function giveUp() {
  const words = 'The server answers, but not here. What you typed is kept.';
  offer('failed', 'This page does not open.', words, 'Try again', () => sessionStorage.removeItem(RELOADS));
}

/** The page is of another version than the server is by now, which does not know what it asks for. */
function expire() {
  if (broken || left) return;
  broken = true;
  window.dispatchEvent(new Event('freshet:away'));
  if (leavingFor !== null) reopen();
  else offer('warn', 'This page is out of date.', 'Reload it to go on. What you typed is kept.', 'Reload');
}

/** Open the page again, as soon as the server answers. */
async function recover() {
  if (broken || left) return;
  broken = true;
  notice('This page comes back by itself, with what you typed.');
  await serverAnswers();
  await uploads.settled(); // they go on without the page, and end with it
  if (tooOften()) giveUp();
  else reopen();
}

/** Send a request again, as soon as the server answers. */
async function resend(request) {
  if (broken || left) return;
  const attempt = (attempts.get(request) ?? 0) + 1;
  attempts.set(request, attempt);
  if (attempt > TOO_MANY) {
    recover();
    return;
  }
  away = true;
  window.dispatchEvent(new Event('freshet:away'));
  promise();
  asking ??= serverAnswers().finally(() => { asking = null; });
  await asking;
  if (!left) request.again();
}

/** Only who waits for something is told: the page's own questions may wait in silence. */
function promise() {
  if (away && !broken && awaited()) notice('Your last click will be sent again.');
}

function back() {
  leavingFor = null;
  if (!away) return;
  away = false;
  if (!broken) {
    bar?.remove();
    bar = null;
  }
  window.dispatchEvent(new Event('freshet:back'));
}

watch((what, request) => {
  if (what === 'queued') promise();
  else if (what === 'heard') learn(request.clockGap);
  else if (what === 'lost') resend(request);
  else if (what === 'answered') back();
  else if (what === 'refused') expire();
  else if (what === 'broken') recover();
});

class FreshetGuard extends FreshetElement {
  build() {
    this.hidden = true;
  }
}

define('freshet-guard', FreshetGuard);
