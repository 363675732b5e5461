// How this browser's reader wants times and sizes told, and whether single keys do something: kept here, the same in all tabs. The time zone goes to the server as
// well, for whom "today" has to mean the same (static/boot.js, state/zone.py).

const MEANT = {zone: '', clock: '24', units: 'MB', keys: 'on'}; // "" is the system's zone
const ZONES = new Set([...(Intl.supportedValuesOf?.('timeZone') ?? []), 'UTC']);
const CHANGED = 'freshet:prefs';
const key = (name) => `freshet:${name}`;

/** Names of the time zones there are, in their order. */
export const zones = [...ZONES].sort();

/** The zone that the device is set to. */
export const systemZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC';

/** What was chosen, or what goes without saying; a zone that this browser does not know counts as none. */
export function pref(name) {
  let kept = null;
  try {
    kept = localStorage.getItem(key(name));
  } catch {
    // No storage in this browser.
  }
  return kept === null || (name === 'zone' && !ZONES.has(kept)) ? MEANT[name] : kept;
}

export function choosePref(name, value) {
  try {
    if (value === MEANT[name]) localStorage.removeItem(key(name));
    else localStorage.setItem(key(name), value);
  } catch {
    return; // No storage in this browser: nothing can be chosen.
  }
  if (name === 'zone') window.freshetZone?.tell();
  window.dispatchEvent(new Event(CHANGED));
}

/** Call `heard` when something else was chosen, in whichever tab; returns the way to stop. */
export function onPrefs(heard) {
  const elsewhere = (event) => Object.keys(MEANT).some((name) => event.key === key(name)) && heard();
  window.addEventListener(CHANGED, heard);
  window.addEventListener('storage', elsewhere);
  return () => {
    window.removeEventListener(CHANGED, heard);
    window.removeEventListener('storage', elsewhere);
  };
}
