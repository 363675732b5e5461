// A file that could not be had, for instance while the server restarts, is asked for again: soon after, then less often, and
// once the server or the network is there again. Nothing listens for what has left the page: it is looked for there.

const AFTER_MS = [3e3, 10e3, 30e3];
const MISSING = 'data-missing';
const AGAIN = 'freshet:again';

/** Call `again` in a while if `mark`, which stands for the file, is on the page by then. `vain`: how often it was asked for. */
export function later(mark, vain, again) {
  const retry = () => {
    clearTimeout(timer);
    mark.removeEventListener(AGAIN, retry);
    if (!mark.isConnected) return;
    mark.removeAttribute(MISSING);
    again();
  };
  const timer = vain < AFTER_MS.length ? setTimeout(retry, AFTER_MS[vain]) : 0;
  mark.setAttribute(MISSING, '');
  mark.addEventListener(AGAIN, retry);
}

/** Have an image, a video or a sound ask for its file again when that could not be had; a player goes on where it was. */
export function insist(file) {
  let vain = 0;
  for (const type of ['load', 'loadeddata']) file.addEventListener(type, () => { vain = 0; });
  file.addEventListener('error', () => later(file, vain++, () => {
    const at = file.currentTime;
    file.src = file.src;
    if (at) file.currentTime = at;
  }));
  return file;
}

for (const type of ['online', 'freshet:back']) {
  window.addEventListener(type, () => {
    for (const mark of document.querySelectorAll(`[${MISSING}]`)) mark.dispatchEvent(new Event(AGAIN));
  });
}
