// Time as people say it, and one timer for everything on the page that counts.

const HOUR = 3600e3;
const DAY = 24 * HOUR;
let ahead = 0; // server clock minus ours, in ms

/** Learn by how many ms the server's clock is ahead of ours, so that a wrong clock here does not age fresh data. */
export function learn(gap) {
  if (Number.isFinite(gap)) ahead = Math.abs(gap) > 2500 ? gap : 0;
}

export const now = () => Date.now() + ahead;

const date = (options) => {
  const format = new Intl.DateTimeFormat('en-GB', options);
  return (ms) => format.format(ms);
};
const shortDay = date({day: 'numeric', month: 'short'});
const longDay = date({day: 'numeric', month: 'short', year: 'numeric'});
/** 14:02 */
export const wallClock = date({hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});
const seconds = date({hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'});
/** 20 Nov 2026, 14:39:48 */
export const exact = (ms) => `${longDay(ms)}, ${seconds(ms)}`;

const startOfDay = (ms) => new Date(ms).setHours(0, 0, 0, 0);

/** "just now", "12 s ago", "4 min ago", "3 h ago", "yesterday", "18 Nov". */
export function ago(ms, at = now()) {
  const age = at - ms;
  if (age < 5e3) return 'just now';
  if (age < 60e3) return `${Math.floor(age / 1e3)} s ago`;
  if (age < HOUR) return `${Math.floor(age / 60e3)} min ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
  if (startOfDay(at) - startOfDay(ms) < 1.5 * DAY) return 'yesterday';
  return new Date(ms).getFullYear() === new Date(at).getFullYear() ? shortDay(ms) : longDay(ms);
}

/** 0:06, 1:30, 1:02:09 */
export function length(secs) {
  const whole = Math.max(0, Math.round(secs));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  if (whole >= 3600) parts.unshift(Math.floor(whole / 3600));
  return parts.map((part, place) => (place ? String(part).padStart(2, '0') : String(part))).join(':');
}

const counting = new Set();
let timer = 0;

function beat() {
  for (const count of counting) count();
}

function run() {
  clearInterval(timer);
  timer = 0;
  if (!counting.size || document.hidden) return;
  beat();
  timer = setInterval(beat, 1000);
}

document.addEventListener('visibilitychange', run);

/** Call `count` every second while the page is visible; returns the way to stop. */
export function ticking(count) {
  counting.add(count);
  if (!timer) run();
  return () => {
    counting.delete(count);
    if (!counting.size) run();
  };
}
