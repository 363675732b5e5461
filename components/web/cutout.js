// What the try-on preview lays over a person: the product without its plain background, cropped to what shows. The same
// steps as services/generation/local/cutout.py, on a small copy, so that the handles stand where the result will be.

const SIDE = 320; // long side of the copy
const BORDER = 0.02; // share of the short side that counts as border
const PLAIN = 10; // root mean square of the border about a smooth surface, up to which a background is plain
const NEAR = 14; // colour distance from the background: nearer is background …
const FAR = 34; // … farther is product

/** A canvas of the product as it will be worn; the whole picture where its background is busy. */
export function cutOut(image) {
  const scale = Math.min(1, SIDE / Math.max(image.naturalWidth, image.naturalHeight));
  const width = Math.max(1, Math.round(image.naturalWidth * scale));
  const height = Math.max(1, Math.round(image.naturalHeight * scale));
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const context = canvas.getContext('2d', {willReadFrequently: true});
  context.drawImage(image, 0, 0, width, height);
  const picture = context.getImageData(0, 0, width, height);
  if (!hasHoles(picture.data) && !clear(picture)) return canvas;
  context.putImageData(picture, 0, 0);
  return cropped(canvas, picture);
}

function hasHoles(data) {
  for (let at = 3; at < data.length; at += 4) if (data[at] < 250) return true;
  return false;
}

/** Make the background transparent; false if it is too busy, or nothing would remain. */
function clear(picture) {
  const {width, height, data} = picture;
  const {surface, spread} = background(picture);
  if (spread > PLAIN) return false;
  const far = new Float32Array(width * height);
  for (let at = 0; at < far.length; at++) {
    const [red, green, blue] = surface(at % width, Math.floor(at / width));
    far[at] = Math.hypot(data[4 * at] - red, data[4 * at + 1] - green, data[4 * at + 2] - blue);
  }
  const outside = reached(far, width, height);
  const kept = 1 - outside.reduce((sum, out) => sum + out, 0) / outside.length;
  if (kept <= 0.02 || kept >= 0.97) return false;
  const soft = (distance) => Math.min(1, Math.max(0, (distance - NEAR) / (FAR - NEAR)));
  // Right beside the product the colours draw the edge; farther out nothing remains.
  for (let at = 0; at < far.length; at++) {
    if (outside[at]) data[4 * at + 3] = beside(outside, at, width) ? Math.round(255 * soft(far[at])) : 0;
  }
  return true;
}

function beside(outside, at, width) {
  for (const row of [-width, 0, width]) {
    for (const step of [-1, 0, 1]) if (outside[at + row + step] === 0) return true;
  }
  return false;
}

/** 1 for background pixels that are connected to the border. */
function reached(far, width, height) {
  const open = (NEAR + FAR) / 2;
  const outside = new Uint8Array(far.length);
  const queue = [];
  const visit = (at) => {
    if (outside[at] || far[at] >= open) return;
    outside[at] = 1;
    queue.push(at);
  };
  for (let x = 0; x < width; x++) [x, x + (height - 1) * width].forEach(visit);
  for (let y = 0; y < height; y++) [y * width, y * width + width - 1].forEach(visit);
  while (queue.length) {
    const at = queue.pop();
    const x = at % width;
    if (x > 0) visit(at - 1);
    if (x < width - 1) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at < far.length - width) visit(at + width);
  }
  return outside;
}

/** A quadratic surface through the border's colours, and how far the border strays from it. */
function background({width, height, data}) {
  const terms = (x, y) => {
    const u = (2 * x) / Math.max(1, width - 1) - 1;
    const v = (2 * y) / Math.max(1, height - 1) - 1;
    return [1, u, v, u * v, u * u, v * v];
  };
  const border = rim(width, height).map((at) => ({
    terms: terms(at % width, Math.floor(at / width)),
    colour: [data[4 * at], data[4 * at + 1], data[4 * at + 2]],
  }));
  let kept = border;
  let factors;
  let spread = 0;
  for (let round = 0; round < 3; round++) {
    factors = fit(kept);
    const off = (pixel) => Math.sqrt(pixel.colour.reduce((sum, value, band) => sum + (value - dot(factors[band], pixel.terms)) ** 2, 0) / 3);
    spread = Math.sqrt(kept.reduce((sum, pixel) => sum + off(pixel) ** 2, 0) / kept.length);
    const all = border.map(off).sort((a, b) => a - b);
    const limit = Math.max(all[Math.floor(all.length * 0.75)], 2);
    kept = border.filter((pixel) => off(pixel) <= limit);
  }
  return {spread, surface: (x, y) => factors.map((factor) => dot(factor, terms(x, y)))};
}

const dot = (a, b) => a.reduce((sum, value, place) => sum + value * b[place], 0);

function rim(width, height) {
  const deep = Math.max(1, Math.floor(BORDER * Math.min(width, height)));
  const pixels = [];
  for (let at = 0; at < width * height; at++) {
    const x = at % width;
    const y = Math.floor(at / width);
    if (x < deep || y < deep || x >= width - deep || y >= height - deep) pixels.push(at);
  }
  return pixels;
}

/** Least squares by normal equations: six factors for each of three bands. */
function fit(pixels) {
  const square = Array.from({length: 6}, () => new Array(6).fill(0));
  const sides = Array.from({length: 3}, () => new Array(6).fill(0));
  for (const {terms, colour} of pixels) {
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) square[i][j] += terms[i] * terms[j];
      for (let band = 0; band < 3; band++) sides[band][i] += terms[i] * colour[band];
    }
  }
  for (let i = 0; i < 6; i++) square[i][i] += 1e-9; // a picture one pixel wide has no curvature to find
  return sides.map((side) => solve(square.map((row) => [...row]), [...side]));
}

/** Gaussian elimination with the largest pivot. */
function solve(square, side) {
  const size = side.length;
  for (let step = 0; step < size; step++) {
    let best = step;
    for (let row = step + 1; row < size; row++) if (Math.abs(square[row][step]) > Math.abs(square[best][step])) best = row;
    [square[step], square[best]] = [square[best], square[step]];
    [side[step], side[best]] = [side[best], side[step]];
    for (let row = step + 1; row < size; row++) {
      const share = square[row][step] / square[step][step];
      for (let place = step; place < size; place++) square[row][place] -= share * square[step][place];
      side[row] -= share * side[step];
    }
  }
  for (let step = size - 1; step >= 0; step--) {
    for (let place = step + 1; place < size; place++) side[step] -= square[step][place] * side[place];
    side[step] /= square[step][step];
  }
  return side;
}

function cropped(canvas, {width, height, data}) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let at = 0; at < width * height; at++) {
    if (data[4 * at + 3] <= 16) continue;
    const x = at % width;
    const y = Math.floor(at / width);
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  }
  if (right < 0) return canvas;
  const cut = Object.assign(document.createElement('canvas'), {width: right - left + 1, height: bottom - top + 1});
  cut.getContext('2d').drawImage(canvas, -left, -top);
  return cut;
}
