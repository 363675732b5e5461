// What was typed, or chosen in a form (keep.js), outlives a page that had to be reloaded (a restarted server, a crash, F5): it
// is kept in this tab's session storage and handed out once, to the field or form that asks for it first. An ordinary visit
// starts clean, unless the last one was left before the server had answered what somebody did there: that may have come to
// nothing.

const PREFIX = 'freshet:draft:';
const UNANSWERED = 'freshet:unanswered:';
const FORCED = 'freshet:forced-reload';
const asked = new Set();

const reloaded = (() => {
  const how = performance.getEntriesByType('navigation')[0]?.type;
  const forced = sessionStorage.getItem(FORCED) !== null;
  sessionStorage.removeItem(FORCED);
  return forced || how === 'reload' || how === 'back_forward';
})();

/** The next load of this tab gets the drafts back, whatever its URL. */
export function keepForReload() {
  sessionStorage.setItem(FORCED, '1');
}

/** The page is being left unanswered: its drafts are handed out at the next visit of their fields, whenever that is. */
export function keepUnanswered() {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX)) sessionStorage.setItem(UNANSWERED + name.slice(PREFIX.length), '1');
  }
}

/** The kept text of a field, or null. Only the first question after a reload is answered. */
export function kept(key) {
  if (asked.has(key)) return null;
  asked.add(key);
  const text = sessionStorage.getItem(PREFIX + key);
  const due = reloaded || sessionStorage.getItem(UNANSWERED + key) !== null;
  if (!due) forget(key);
  sessionStorage.removeItem(UNANSWERED + key);
  return due ? text : null;
}

/** Whether something is kept for a field. */
export const hasDraft = (key) => sessionStorage.getItem(PREFIX + key) !== null;

export function keep(key, text) {
  try {
    sessionStorage.setItem(PREFIX + key, text);
  } catch {
    // The storage is full: the field works on, without a safety net.
  }
}

export function forget(key) {
  sessionStorage.removeItem(PREFIX + key);
  sessionStorage.removeItem(UNANSWERED + key);
}
