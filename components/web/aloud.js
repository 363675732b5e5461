import {el, say} from './base.js';

const SAID_MS = 2000;

/** A word that only screen readers tell: `tell(words)` once `node` is in the page. The same word can be told again. */
export function aloud() {
  const node = el('span', {class: 'vh', 'aria-live': 'polite'});
  let back = 0;
  const tell = (words) => {
    clearTimeout(back);
    say(node, '');
    requestAnimationFrame(() => say(node, words)); // else the same word once more would be no change
    back = setTimeout(() => say(node, ''), SAID_MS);
  };
  return {node, tell};
}
