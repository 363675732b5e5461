// The way to the server: Mesop's events, one at a time.
//
// Mesop 1.3.7 has a queue of its own, but takes an event at once that comes while it still works on the last answer: sent
// with the state of before, it undoes what that answer brought. So our elements' events wait here until all is calm.
// What people do goes before what the page does by itself: that waits, and if it has been sent but not been answered, it
// is taken back and sent again later. What a later press replaces need not be sent at all.

const YIELDS = 3; // so often one event of the page's own is taken back: somebody who never pauses must not stop it
const OVER = new Set(['answered', 'withdrawn', 'refused', 'broken']);
const wire = window.freshetChannel; // static/boot.js: the requests on their way
const waiting = []; // letters, in the order in which they will be sent
let watcher = () => {};
const macrotask = new MessageChannel(); // not a timer: those are held back in hidden tabs
let current = null; // the letter whose answer is awaited
let calm = wire.pending.size === 0;

/**
 * Send `event` through `element`; resolves once the server has answered, or if a later one has replaced it. `quiet`: the
 * page does this by itself. `latest`: it replaces what waits of the same element and handler.
 */
export function send(element, event, {quiet = false, latest = false} = {}) {
  return new Promise((done) => {
    const letter = {element, event, quiet, done, yields: YIELDS};
    if (latest) replace(letter);
    if (quiet) waiting.push(letter);
    else queue(letter);
    watcher('queued');
    if (!quiet) makeWay();
    go();
  });
}

/** Before all that the page asks by itself. */
function queue(letter) {
  const first = waiting.findIndex((other) => other.quiet);
  waiting.splice(first < 0 ? waiting.length : first, 0, letter);
}

/** Take back what the page asked by itself, unless its answer has begun. */
function makeWay() {
  const letter = current;
  if (!letter?.quiet || !letter.yields) return;
  letter.yields--;
  current = null; // or it would be told that it has been answered
  if ([...wire.pending].some((request) => request.withdraw())) queue(letter);
  else current = letter;
}

/** Whether somebody has done something here that is not answered yet. */
export function unanswered() {
  return [current, ...waiting].some((letter) => letter !== null && !letter.quiet);
}

/** Whether somebody waits for an answer, and not only the page itself. */
export function awaited() {
  const foreign = wire.pending.size > 0 && current === null; // a page that opens, or a step back
  return foreign || unanswered();
}

/**
 * Call `heard(what, request)` for "queued" and for each "sent", "heard", "lost", "answered", "withdrawn", "refused" and
 * "broken" request, those included that came before anybody listened: the very first may have failed by then.
 */
export function watch(heard) {
  watcher = heard;
  wire.hear = hear;
  for (const [what, request] of wire.early.splice(0)) hear(what, request);
}

function replace({element, event}) {
  const at = waiting.findIndex((other) => other.element === element && other.event.handlerId === event.handlerId);
  if (at >= 0) waiting.splice(at, 1)[0].done();
}

function go() {
  while (calm && waiting.length) {
    current = waiting.shift();
    current.element.dispatchEvent(current.event);
    if (calm) finish(); // the element has left: nobody sent it
  }
}

function finish() {
  current?.done();
  current = null;
}

function hear(what, request) {
  if (what === 'sent') calm = false;
  if (OVER.has(what)) macrotask.port2.postMessage(null); // when Mesop has taken it in
  watcher(what, request);
}

macrotask.port1.onmessage = () => {
  if (wire.pending.size) return; // one of Mesop's own
  finish();
  calm = !window.freshetSteps.go();
  if (calm) go();
  else macrotask.port2.postMessage(null); // Mesop asks in a moment, and before what waits here: that is of the page it leaves
};
