// Time as people say it, and one timer for everything on the page that counts.

import {onPrefs, pref} from './prefs.js';

const HOUR = 3600e3;
const DAY = 24 * HOUR;
let ahead = 0; // server clock minus ours, in ms

/** Learn by how many ms the server's clock is ahead of ours, so that a wrong clock here does not age fresh data. */
export function learn(gap) {
  if (Number.isFinite(gap)) ahead = Math.abs(gap) > 2500 ? gap : 0;
}

export const now = () => Date.now() + ahead;

let formats = null; // made when they are wanted, anew for other settings

/** Tell a time with `options`, in the zone that was chosen. */
function tell(ms, name) {
  formats ??= makeFormats();
  return formats[name].format(ms);
}

function makeFormats() {
  const timeZone = pref('zone') || undefined;
  const half = pref('clock') === '12';
  const time = {hour: half ? 'numeric' : '2-digit', minute: '2-digit', hourCycle: half ? 'h12' : 'h23'};
  const make = (options, language = 'en-GB') => new Intl.DateTimeFormat(language, {timeZone, ...options});
  return {
    day: make({day: 'numeric', month: 'short'}),
    date: make({day: 'numeric', month: 'short', year: 'numeric'}),
    time: make(time),
    exact: make({...time, second: '2-digit'}),
    iso: make({year: 'numeric', month: '2-digit', day: '2-digit'}, 'en-CA'), // 2026-11-20
  };
}

onPrefs(() => {
  formats = null;
  beat();
});

/** 14:02, or 2:02 pm */
export const wallClock = (ms) => tell(ms, 'time');
/** 20 Nov 2026, 14:39:48 */
export const exact = (ms) => `${tell(ms, 'date')}, ${tell(ms, 'exact')}`;

/** The day of a time there, as a number of days. */
const dayOf = (ms) => Date.parse(tell(ms, 'iso')) / DAY;
const yearOf = (ms) => tell(ms, 'iso').slice(0, 4);

/** "just now", "12 s ago", "4 min ago", "3 h ago", "yesterday", "18 Nov". */
export function ago(ms, at = now()) {
  const age = at - ms;
  if (age < 5e3) return 'just now';
  if (age < 60e3) return `${Math.floor(age / 1e3)} s ago`;
  if (age < HOUR) return `${Math.floor(age / 60e3)} min ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
  if (dayOf(at) - dayOf(ms) === 1) return 'yesterday';
  return tell(ms, yearOf(ms) === yearOf(at) ? 'day' : 'date');
}

/** How long until a time: "in 30 days", "in 3 h", "in 12 min", "soon". */
export function until(ms, at = now()) {
  const left = ms - at;
  if (left < 60e3) return 'soon';
  if (left < HOUR) return `in ${Math.floor(left / 60e3)} min`;
  if (left < DAY) return `in ${Math.floor(left / HOUR)} h`;
  const days = Math.round(left / DAY);
  return `in ${days} ${days === 1 ? 'day' : 'days'}`;
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
