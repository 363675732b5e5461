// Runs in the head, before everything else: the theme before the first paint, and an eye on Mesop's requests before the
// first of them is sent.

// The remembered theme, or the system's. The switch itself is components/web/theme.js; both follow the same rule.
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

// Every POST /__ui__ is handed to components/web/guard.js; those sent before it has loaded wait for it here.
(() => {
  const GUARD = '/__web-components-module__/components/web/guard.js';
  const channel = (window.freshetChannel = {early: [], watch: null});
  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    if (new URL(url, location.href).pathname.endsWith('/__ui__')) {
      if (channel.watch) channel.watch(this);
      else channel.early.push(this);
    }
    return open.call(this, method, url, ...rest);
  };
  const load = () => import(GUARD).catch(() => setTimeout(load, 3000));
  load();
})();
