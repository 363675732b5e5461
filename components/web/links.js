// Addresses of our own pages, and following them without loading the application anew.

import {attrs} from './base.js';

/** Only a plain click is ours; opening in a new tab, window or download stays the browser's. */
export const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

const PROJECT = 'project';

/** The project that the page works in, as its address has it; "" for the one that goes without saying. */
export const projectHere = () => new URLSearchParams(location.search).get(PROJECT) ?? '';

/** `url`, one of our own, in the project that the page works in, unless it names one. */
export function within(url, project = projectHere()) {
  const {pathname, searchParams} = new URL(url, location.href);
  if (project && !searchParams.has(PROJECT)) searchParams.set(PROJECT, project);
  const query = searchParams.toString();
  return query ? `${pathname}?${query}` : pathname;
}

/** Have `link` lead to `url`, one of our own, in the project that the page works in, also once that is another (`leadAnew`). */
export function lead(link, url) {
  attrs(link, {'data-inside': url, href: within(url)});
}

/** The page works in another project now: what stayed on the screen leads into that. */
export function leadAnew(project) {
  for (const link of document.querySelectorAll('a[data-inside]')) attrs(link, {href: within(link.dataset.inside, project)});
}

/** The page of an item for others, whatever list it is looked at in: a whole address. */
export const sharedUrl = (mediaId) => new URL(within(`/media-item?id=${mediaId}`), location.href).href;

/** The page of an item, in the list that the address names now: its filters are what previous and next go by. */
export function itemUrl(mediaId) {
  const from = new URLSearchParams(location.search);
  for (const name of ['id', 'item']) from.delete(name);
  const rest = from.toString();
  return `/media-item?id=${mediaId}${rest ? `&${rest}` : ''}`;
}

/** Have a plain click on `link` go to its address inside the application. */
export function follow(link) {
  link.addEventListener('click', (event) => {
    if (!plain(event) || event.defaultPrevented) return;
    event.preventDefault();
    go(link.getAttribute('href'));
  });
}

/** Go to one of our pages; the navigation hears of it. */
export function go(url) {
  document.dispatchEvent(new CustomEvent('freshet:go', {detail: url}));
}

/** Open one of our pages in a tab of its own. */
export const openInTab = (url) => void window.open(url, '_blank', 'noopener');
