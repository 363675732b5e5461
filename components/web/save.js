import {el} from './base.js';

const FORGET_MS = 300e3; // by then the browser has taken the file over, or has given up
const SILENT = 'The server does not answer. Try again in a moment.';
let count = 0;

/**
 * Have the browser save what `url` answers to a form with these `fields`. It is sent from a frame that nobody sees: an
 * answer that is no file would be shown in place of the page, and whoever leaves a page is asked about uploads. `failed` is
 * called with the words of such an answer.
 */
export function save(url, fields, failed) {
  const name = `freshet-save-${++count}`; // one for each: a second file does not stop the first
  const frame = el('iframe', {name, title: 'Download', hidden: true});
  const inputs = Object.entries(fields).map(([field, value]) => el('input', {type: 'hidden', name: field, value}));
  const form = el('form', {method: 'post', action: url, target: name, hidden: true}, ...inputs);
  document.body.append(frame, form);
  frame.addEventListener('load', () => {
    if (frame.contentDocument?.URL === 'about:blank') return; // as it was made
    failed(words(frame.contentDocument));
    frame.remove();
  });
  form.submit();
  form.remove();
  setTimeout(() => frame.remove(), FORGET_MS);
}

/** What an answer says that was shown; a page of the browser's own may not be read. */
function words(shown) {
  try {
    return JSON.parse((shown.querySelector('pre') ?? shown.body).textContent).error || SILENT;
  } catch {
    return SILENT;
  }
}
