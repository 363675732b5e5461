// Whether live updates are wanted: one choice for all tabs of this browser. A cookie holds it, because the server must know
// (services/freshness/live.py); local storage carries the news to other tabs.

const KEY = 'freshet:live';
const YEAR_S = 365 * 24 * 3600;

const cookieSaysOff = () => /(?:^|; )freshet_live=off(?:;|$)/.test(document.cookie);
let told = null; // 'on' or 'off', as another tab told it: that can arrive before this tab's cookies show it

export function liveOff() {
  if (told !== null && cookieSaysOff() === (told === 'off')) told = null;
  return told === null ? cookieSaysOff() : told === 'off';
}

export function switchLive() {
  const choice = liveOff() ? 'on' : 'off';
  document.cookie = `freshet_live=${choice}; path=/; max-age=${YEAR_S}; samesite=lax`;
  told = null;
  localStorage.setItem(KEY, choice);
  window.dispatchEvent(new Event(KEY));
}

/** Call `heard` when the choice was changed, in whichever tab; returns the way to stop. */
export function onLiveChoice(heard) {
  const elsewhere = (event) => {
    if (event.key !== KEY) return;
    told = event.newValue;
    heard();
  };
  window.addEventListener(KEY, heard);
  window.addEventListener('storage', elsewhere);
  return () => {
    window.removeEventListener(KEY, heard);
    window.removeEventListener('storage', elsewhere);
  };
}
