import {el, icon, say} from './base.js';

const SAID_MS = 2000;

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // An origin that is not secure, or a browser that refuses: the old way, which needs a selection, and the focus.
    const pressed = document.activeElement;
    const area = el('textarea', {class: 'vh', 'aria-hidden': 'true'});
    area.value = text;
    (document.querySelector('dialog:modal') ?? document.body).append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    pressed?.focus({preventScroll: true});
  }
}

/** A button that copies what `text()` gives, and says that it did. */
export function copyButton(symbol, label, text) {
  const said = el('span', {class: 'vh', 'aria-live': 'polite'});
  const button = el('button', {type: 'button', class: 'ib', 'aria-label': label, title: label}, icon(symbol), said);
  let back = 0;
  button.addEventListener('click', async () => {
    await toClipboard(text());
    clearTimeout(back);
    button.firstChild.dataset.icon = 'check';
    button.title = 'Copied';
    say(said, 'Copied');
    back = setTimeout(() => {
      button.firstChild.dataset.icon = symbol;
      button.title = label;
      say(said, '');
    }, SAID_MS);
  });
  return button;
}
