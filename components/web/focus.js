import {attrs} from './base.js';

/**
 * Have the focus return from `box`, which comes and goes above the page, to where it was before. Call what is returned when the
 * box is about to leave: else the focus would be nowhere, and the keyboard at the top of the page.
 */
export function returning(box) {
  let from = null;
  box.addEventListener('focusin', ({relatedTarget}) => {
    if (!box.contains(relatedTarget)) from = relatedTarget;
  });
  return () => {
    if (!box.contains(document.activeElement)) return;
    const to = from?.isConnected && from.checkVisibility() ? from : document.querySelector('dialog:modal .h2, .sheet');
    from = null;
    if (to?.matches('.sheet')) attrs(to, {tabindex: '-1'});
    to?.focus({preventScroll: true});
  };
}
