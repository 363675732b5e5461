// Runs in the head, before the first paint: the remembered theme, or the system's, without a flash of the other one.
// The switch itself is components/web/theme.js; both follow the same rule.
(() => {
  let kept = null;
  try {
    kept = localStorage.getItem('freshet:theme');
  } catch {
    // No storage in this browser: the system decides.
  }
  const dark = kept ? kept === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  if (!dark) return;
  const paint = () => document.body?.classList.add('dark-theme');
  if (document.body) {
    paint();
    return;
  }
  const birth = new MutationObserver(() => {
    if (!document.body) return;
    birth.disconnect();
    paint();
  });
  birth.observe(document.documentElement, {childList: true});
})();
