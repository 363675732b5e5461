// Back closes what lies over the page, and leaves the page only when nothing does: each layer has an entry of its own in
// the history. Mesop hears of none of these steps; it would load the page anew.

const MARK = 'freshetLayer'; // in an entry's state: {level, linked}
// Open ones, from the bottom: {close, address, under}; `under`: the page's address without the layer, once it has an entry.
const layers = [];
let stepping = Promise.resolve(); // until the steps back that were taken from here have been made
let arrived = null;
let shown = location.pathname; // of the page on the screen

const marked = () => history.state?.[MARK];
const level = () => marked()?.level ?? 0;

/** A layer has opened. `close` is called when Back takes it away; `address` ("item=…") is what the page's address gets. */
export function cover(close, address) {
  const layer = {close, address, under: ''};
  layers.push(layer);
  stepping.then(() => layers.includes(layer) && enter(layer));
  return layer;
}

/** It has closed in another way: its entry goes, too. */
export function uncover(layer) {
  const place = layers.indexOf(layer);
  if (place < 0) return;
  layers.splice(place);
  stepBack();
}

/** It shows something else now. */
export function readdress(layer, address) {
  if (layer.address === address) return;
  layer.address = address;
  if (layer.under) replaceState(history.state, '', join(layer.under, address));
}

function enter(layer) {
  const place = layers.indexOf(layer);
  layer.under = without(location.href, layer.address);
  if (level() > place) return; // the page was loaded anew while it was open
  // An address that names it already was opened directly: closing shows the page alone.
  if (layer.under !== location.href) replaceState(history.state, '', layer.under);
  history.pushState({[MARK]: {level: place + 1, linked: Boolean(layer.address)}}, '', join(layer.under, layer.address));
}

/** To the entry of the topmost layer that has one. How far that is, is known when the steps before have been made. */
function stepBack() {
  stepping = stepping.then(() => new Promise((done) => {
    const steps = level() - layers.filter((layer) => layer.under).length;
    if (steps <= 0) {
      done();
      return;
    }
    arrived = done;
    history.go(-steps);
  }));
}

function without(url, address) {
  const bare = new URL(url);
  for (const name of new URLSearchParams(address).keys()) bare.searchParams.delete(name);
  return bare.href;
}

function join(url, address) {
  const full = new URL(url);
  for (const [name, value] of new URLSearchParams(address)) full.searchParams.set(name, value);
  return full.href;
}

function stepped(event) {
  const to = level();
  const elsewhere = location.pathname !== shown;
  if (arrived) {
    event.stopImmediatePropagation();
    arrived();
    arrived = null;
  } else if (to > layers.length && !marked().linked && elsewhere) {
    event.stopImmediatePropagation(); // Back, to a page with something over it that has no address: to the page alone
    history.go(-1);
  } else if (to < layers.length && location.href === layers[to].under) {
    event.stopImmediatePropagation();
    for (const layer of layers.splice(to).reverse()) layer.close();
  } else if (to > layers.length && !marked().linked) {
    event.stopImmediatePropagation(); // Forward, to what was closed and has no address to be opened by
    stepBack();
  } else {
    shown = location.pathname;
  }
}

window.freshetSteps.hear = stepped; // static/boot.js: before Mesop does

// Mesop 1.3.7 replaces an entry's state by an empty one whenever it changes the address. And its router writes the address of
// each step, with the number of that step, into the entry that the tab stands at a moment after: by then that can be another
// page's, which must keep its own.
const replaceState = history.replaceState.bind(history);
history.replaceState = (state, title, url) => {
  const late = state?.navigationId && state.navigationId !== history.state?.navigationId;
  if (late && new URL(url, location.href).href !== location.href) return;
  replaceState(marked() ? {...state, [MARK]: marked()} : state, title, url);
};
const pushState = history.pushState.bind(history);
history.pushState = (...entry) => {
  pushState(...entry);
  shown = location.pathname;
};
