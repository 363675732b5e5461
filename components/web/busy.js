// Whether something new at the top of a list would disturb what somebody is doing.

import {scroller} from './base.js';

const AT_TOP = 8; // px: as far down as this still counts as the top

/** The dialog that `from` stands in and that has a list of its own; a closer look is at an item of the page's. */
function dialogOf(from) {
  const dialog = from.closest('dialog');
  return dialog?.closest('[data-quick]') ? null : dialog;
}

/** The box that scrolls the list of items that `from` stands with: that of its dialog, else the page's. */
export function frameOf(from) {
  const dialog = dialogOf(from);
  const lists = [...(dialog ?? document).querySelectorAll('[role=list]')];
  const list = lists.find((one) => dialogOf(one) === dialog && one.querySelector('freshet-tile'));
  return scroller(list ?? document.querySelector('.sheet') ?? from);
}

/** True while that list is scrolled, or a tile has the focus. */
export function wouldDisturb(from) {
  if ((frameOf(from)?.scrollTop ?? 0) > AT_TOP) return true;
  return Boolean(document.activeElement?.closest?.('freshet-tile') && document.activeElement.matches(':focus-visible'));
}

/** The same of whichever list is in front, for what concerns the whole page. */
export const isBusy = (from) => wouldDisturb(document.querySelector('dialog[open]') ?? from);
