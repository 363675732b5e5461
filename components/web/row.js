import {enrol} from './grid_keys.js';

// One row of tiles: those that do not fit beside the others are out of sight, out of reach of the keyboard, and not read.

/** Keep to it, whatever becomes of the tiles and the width of `box`, a grid. Returns the way to end that. */
export function keepToRow(box) {
  let queued = 0;
  const fit = () => {
    queued = 0;
    const columns = getComputedStyle(box).gridTemplateColumns.split(' ').length;
    box.querySelectorAll('freshet-tile').forEach((tile, place) => tile.toggleAttribute('inert', place >= columns));
    const first = box.querySelector('.hit');
    if (first) enrol(first); // the one that Tab leads to may be out of reach by now
  };
  const soon = () => { queued ||= requestAnimationFrame(fit); };
  const width = new ResizeObserver(soon);
  const tiles = new MutationObserver(soon);
  width.observe(box);
  tiles.observe(box, {childList: true, subtree: true});
  return () => {
    cancelAnimationFrame(queued);
    width.disconnect();
    tiles.disconnect();
  };
}
