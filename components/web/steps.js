// A choice that changes the page's address is a step of its own in the history, and Back takes it back. Mesop replaces the
// address of the entry it finds; so a copy of the entry is put on top before the choice is sent.

let from = ''; // the address on which the last step stands, until it has another one

/** Make the next change of the address a step. Safe to repeat before the address has changed. */
export function step() {
  if (location.href === from) return;
  from = location.href;
  history.pushState(null, '', from);
}

window.addEventListener('popstate', () => { from = ''; });
