// Whether live updates are wanted: one choice for all tabs of this browser. A cookie holds it, because the server must know
// (services/freshness/live.py); local storage carries the news to other tabs.

const KEY = 'freshet:live';
const YEAR_S = 365 * 24 * 3600;

export const liveOff = () => /(?:^|; )freshet_live=off(?:;|$)/.test(document.cookie);

export function switchLive() {
  const choice = liveOff() ? 'on' : 'off';
  document.cookie = `freshet_live=${choice}; path=/; max-age=${YEAR_S}; samesite=lax`;
  localStorage.setItem(KEY, choice);
  window.dispatchEvent(new Event(KEY));
}

/** Call `heard` when the choice was changed, in whichever tab; returns the way to stop. */
export function onLiveChoice(heard) {
  const elsewhere = (event) => event.key === KEY && heard();
  window.addEventListener(KEY, heard);
  window.addEventListener('storage', elsewhere);
  return () => {
    window.removeEventListener(KEY, heard);
    window.removeEventListener('storage', elsewhere);
  };
}
