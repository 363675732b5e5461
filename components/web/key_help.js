import {isWanted} from './arrival.js';
import {FreshetElement, define, el, say} from './base.js';
import {CTRL, atDesk} from './keyboard.js';
import {onPrefs, pref} from './prefs.js';

// What the keys do today: keys.js and edits.js (everywhere), search.js, grid_keys.js and selection.js (lists), viewer.js,
// beside.js, item_bar.js and again.js (an item), field.js, place.js.
const GROUPS = [
  ['Everywhere', [
    [['R'], 'Refresh'], [['N'], 'Show what is new'], [['C'], 'Create an image'],
    [['G', 'H'], 'Go home'], [['G', 'L'], 'Go to the library'], [['G', 'I'], 'Go to images'], [['G', 'V'], 'Go to video'], [['G', 'T'], 'Go to try-on'],
    [['/'], 'Search the library'], [[CTRL, 'Z'], 'Undo'], [['Esc'], 'Close what is open'], [['?'], 'Show these keys'],
  ]],
  ['In a list', [
    [['←', '↑', '→', '↓'], 'Move'], [['Home', 'End'], 'Ends of the row'], [[CTRL, 'Home', 'End'], 'Ends of the list'],
    [['PgUp', 'PgDn'], 'Three rows'], [['↵'], 'Open or use'], [['F'], 'Favourite'], [['Del'], 'Delete'],
  ]],
  ['Several at a time', [
    [['X'], 'Select'], [['Shift', '← →'], 'Select as you move'], [[CTRL, 'A'], 'Select all that are loaded'],
    [['Esc'], 'Select none'], [['F'], 'Favourite'], [['Del'], 'Delete'],
  ]],
  ['In the trash', [
    [['U'], 'Restore'], [['Del'], 'Delete for good'],
  ]],
  ['On an item, also in the closer look', [
    [['←', '→'], 'Previous, next'], [['Z'], 'Actual size, on its page'], [['F'], 'Favourite'], [['Del'], 'Delete'],
    [['O'], 'Open its page'], [['M'], 'Remix'], [['U'], 'Undo a deletion, on its page'],
  ]],
  ['Making', [
    [[CTRL, '↵'], 'Generate'], [['←', '↑', '→', '↓'], 'Move the product'], [['+', '−'], 'Scale the product'],
  ]],
];

/** The keys and what they do, where there is a keyboard. */
class FreshetKeyHelp extends FreshetElement {
  #desk = () => { this.hidden = !atDesk.matches; };

  #heading = el('h2', {class: 'h2', tabindex: '-1'}, 'Keyboard');
  #alone = el('p', {class: 'meta'});
  #unheard = null;

  build() {
    this.append(this.#heading, this.#alone, ...GROUPS.map(([title, keys]) => this.#group(title, keys)));
  }

  #group(title, keys) {
    const lines = keys.map(([names, what]) => {
      const pressed = names.flatMap((name, place) => [place ? ' ' : '', el('kbd', {}, name)]);
      return el('div', {class: 'key'}, el('dt', {}, what), el('dd', {}, ...pressed));
    });
    return el('section', {}, el('h3', {class: 'label'}, title), el('dl', {}, ...lines));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#desk();
    this.#tell();
    this.#unheard = onPrefs(() => this.#tell());
    atDesk.addEventListener('change', this.#desk);
    if (isWanted('?')) requestAnimationFrame(() => this.show());
  }

  #tell() {
    say(this.#alone, pref('keys') === 'off' ? 'Letters and signs alone do nothing now: single-key shortcuts are turned off above.' : 'Letters and signs alone can be turned off above.');
  }

  show() {
    this.#heading.focus({preventScroll: true});
    this.#heading.scrollIntoView();
  }

  disconnectedCallback() {
    this.#unheard();
    atDesk.removeEventListener('change', this.#desk);
  }
}

define('freshet-key-help', FreshetKeyHelp);
