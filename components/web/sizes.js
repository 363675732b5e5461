import {pref} from './prefs.js';

const UNITS = {MB: [1000, ['B', 'kB', 'MB', 'GB', 'TB']], MiB: [1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']]};

/** "640 B", "36 kB", "1.2 MB", or in powers of two, as this browser's reader has chosen. */
export function size(bytes) {
  const [step, names] = UNITS[pref('units')] ?? UNITS.MB;
  let [amount, unit] = [Math.max(0, bytes), 0];
  while (amount >= step && unit < names.length - 1) {
    amount /= step;
    unit += 1;
  }
  const digits = unit > 1 && amount < 100 ? 1 : 0;
  return `${amount.toFixed(digits)} ${names[unit]}`;
}
