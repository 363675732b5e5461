// A press that begins on a tile is meant for that tile. New tiles may move it away from under the pointer before the
// button is let go: then the browser sends its click to what lies around both, or to nobody.

const STILL = 5; // px: a pointer that went no further has not been dragged
let began = null; // {hit, x, y}

document.addEventListener('pointerdown', ({button, pointerType, target, clientX: x, clientY: y}) => {
  const hit = button === 0 && pointerType === 'mouse' ? target.closest?.('freshet-tile > .hit') : null;
  began = hit ? {hit, x, y} : null;
}, true);

document.addEventListener('pointercancel', () => { began = null; }, true);

document.addEventListener('click', (event) => {
  if (began?.hit.contains(event.target)) began = null;
}, true);

document.addEventListener('pointerup', ({clientX, clientY, ctrlKey, metaKey, shiftKey}) => {
  const press = began;
  if (!press || Math.hypot(clientX - press.x, clientY - press.y) > STILL) return;
  setTimeout(() => { // its click has come by then, if it comes to the tile
    if (began !== press) return;
    began = null;
    if (!press.hit.isConnected) return;
    press.hit.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, detail: 1, ctrlKey, metaKey, shiftKey}));
  });
}, true);
