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

export function toggleTheme() {
  localStorage.setItem(KEY, isDark() ? 'light' : 'dark');
  applyTheme();
}

system.addEventListener('change', applyTheme);
window.addEventListener('storage', (event) => event.key === KEY && applyTheme());
// Mesop sets the class from its own mode whenever the system's preference changes: ours has the last word.
new MutationObserver(applyTheme).observe(document.body, {attributes: true, attributeFilter: ['class']});
applyTheme();
