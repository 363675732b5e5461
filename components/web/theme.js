// Light or dark: remembered in this browser, otherwise what the system prefers. static/boot.js applies the same rule
// before the first paint; this module switches, and keeps other tabs in step.

const KEY = 'freshet:theme';
const system = matchMedia('(prefers-color-scheme: dark)');

export function isDark() {
  const kept = localStorage.getItem(KEY);
  return kept ? kept === 'dark' : system.matches;
}

export function applyTheme() {
  const dark = isDark();
  if (document.body.classList.contains('dark-theme') !== dark) document.body.classList.toggle('dark-theme', dark);
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
}

/** "light", "dark", or "system" where nothing is remembered. */
export const chosenTheme = () => localStorage.getItem(KEY) ?? 'system';

export function chooseTheme(choice) {
  if (choice === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  applyTheme();
  window.dispatchEvent(new Event('freshet:theme'));
}

/** Call `heard` when it was changed, in whichever tab; returns the way to stop. */
export function onTheme(heard) {
  const types = ['storage', 'freshet:theme'];
  for (const type of types) window.addEventListener(type, heard);
  return () => {
    for (const type of types) window.removeEventListener(type, heard);
  };
}

export const toggleTheme = () => chooseTheme(isDark() ? 'light' : 'dark');

system.addEventListener('change', applyTheme);
window.addEventListener('storage', (event) => event.key === KEY && applyTheme());
// Mesop sets the class from its own mode whenever the system's preference changes: ours has the last word.
new MutationObserver(applyTheme).observe(document.body, {attributes: true, attributeFilter: ['class']});
applyTheme();
