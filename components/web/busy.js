// Whether something new at the top of a list would disturb what somebody is doing.

import {scroller} from './base.js';

const AT_TOP = 8; // px: as far down as this still counts as the top

/** True while the list is scrolled, or a tile in it has the focus, or an item is being looked at. */
export function isBusy(from) {
  const dialog = document.querySelector('dialog[open]');
  const list = [...(dialog ?? document).querySelectorAll('[role=list]')].at(0);
  const frame = scroller(list ?? document.querySelector('.sheet') ?? from);
  if ((frame?.scrollTop ?? 0) > AT_TOP) return true;
  return Boolean(document.activeElement?.closest?.('freshet-tile') && document.activeElement.matches(':focus-visible'));
}
