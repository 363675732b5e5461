// Files dropped anywhere on the page, or pasted. A veil says where they will go.

import {el, icon, say} from './base.js';

const GONE_MS = 500; // without a word from the browser: whoever dragged has left

let inside = false; // something of the page itself is dragged
let timer = 0;
const words = el('span', {class: 'h2'});
const limits = el('span', {class: 'meta'});
const veil = el('div', {class: 'veil', popover: 'manual', 'aria-hidden': 'true'}, el('div', {}, icon('upload', 'xl'), words, limits));

const holdsFiles = (event) => !inside && Boolean(event.dataTransfer?.types.includes('Files'));

/** `target()` is what takes files at the moment, or null: {dropWords, limits, take(files)}. */
export function hearOfFiles(target) {
  window.addEventListener('dragstart', () => { inside = true; });
  window.addEventListener('dragend', () => { inside = false; });
  window.addEventListener('dragover', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault(); // else the browser would leave the page for the file
    const taker = target();
    event.dataTransfer.dropEffect = taker ? 'copy' : 'none';
    if (taker) show(taker);
  });
  window.addEventListener('dragleave', (event) => event.relatedTarget ?? hide());
  window.addEventListener('drop', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    hide();
    target()?.take([...event.dataTransfer.files]);
  });
  window.addEventListener('paste', (event) => {
    const data = event.clipboardData;
    if (!data?.files.length || data.types.includes('text/plain')) return;
    const taker = target();
    if (!taker) return;
    event.preventDefault();
    taker.take([...data.files].map(named));
  });
}

/** Browsers call every picture that is pasted the same. */
function named(file) {
  const nameless = /^image\.\w+$/.test(file.name);
  return nameless ? new File([file], `Pasted picture.${file.name.split('.').at(-1)}`, {type: file.type}) : file;
}

function show(taker) {
  say(words, taker.dropWords);
  say(limits, taker.limits);
  const place = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body;
  if (veil.parentElement !== place) place.append(veil);
  if (!veil.matches(':popover-open')) veil.showPopover();
  clearTimeout(timer);
  timer = setTimeout(hide, GONE_MS);
}

function hide() {
  clearTimeout(timer);
  if (veil.isConnected && veil.matches(':popover-open')) veil.hidePopover();
}
