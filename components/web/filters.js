import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import './panels.js';
import {step} from './steps.js';

const RANGE = 'range';
const DATES = [['', 'Any time'], ['today', 'Today'], ['7d', 'Last 7 days'], ['30d', 'Last 30 days'], [RANGE, 'From – to…']];
const TAGS = 'filter-tags';

/** Have a menu show a value; what it does not have is its first, which goes without saying. */
function pick(menu, value) {
  menu.value = value;
  if (menu.selectedIndex < 0) menu.selectedIndex = 0;
}

/**
 * The Filters button and its panel: below the button, or at the foot of a phone's window. Each choice counts at once and is
 * a step in the history.
 */
class FreshetFilters extends FreshetElement {
  static props = {chosen: {}, count: 0, sorts: [], models: [], projects: [], tags: []};
  #badge = el('span', {class: 'badge', 'aria-hidden': 'true'});
  #button = el('button', {type: 'button', class: 'btn line', 'aria-haspopup': 'dialog'});
  #panel = el('div', {class: 'panel', popover: 'auto', role: 'dialog', 'aria-label': 'Filters'});
  #fields = {}; // by the name of the filter
  #range = false; // two dates are asked for
  #asked = null; // the tag that the server was told last, until it has answered: Enter and leaving the field tell it, too
  #place = () => this.#panel.matches(':popover-open') && this.#settle();

  build() {
    this.#button.append(icon('tune'), el('span', {class: 'cut hide-s'}, 'Filters'), this.#badge);
    this.#button.popoverTargetElement = this.#panel; // by a handler, the press that has just closed it would open it again
    this.#panel.addEventListener('toggle', (event) => {
      attrs(this.#button, {'aria-expanded': String(event.newState === 'open')});
      if (event.newState === 'open') this.#settle();
    });
    this.#panel.addEventListener('focusout', (event) => this.#left(event));
    this.#make();
    this.append(this.#button, this.#panel);
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('resize', this.#place);
  }

  disconnectedCallback() {
    window.removeEventListener('resize', this.#place);
  }

  #make() {
    const close = el('button', {type: 'button', class: 'ib', 'aria-label': 'Close', title: 'Close (Esc)'}, icon('close'));
    const clear = el('button', {type: 'button', class: 'btn ghost'}, 'Clear all');
    close.addEventListener('click', () => this.#panel.hidePopover());
    clear.addEventListener('click', () => this.#tell({clear: true}));
    this.#fields.tag = el('input', {class: 'txt', type: 'text', autocomplete: 'off', list: TAGS, placeholder: 'Any tag'});
    this.#fields.tag.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing) this.#sendTag();
    });
    this.#fields.tag.addEventListener('change', () => this.#sendTag());
    this.#panel.append(
      el('div', {class: 'row'}, el('h2', {class: 'h2 grow'}, 'Filters'), clear, close),
      this.#menu('owner', 'Made by', [['', 'Everyone'], ['me', 'Me']]),
      this.#menu('status', 'Status', [['', 'Everything'], ['running', 'In progress'], ['failed', 'Failed']]),
      this.#tickbox('favourite', 'Favourites only'),
      this.#menu('date', 'Made', DATES, (value) => this.#chooseDate(value)),
      el('div', {class: 'two-f dates'}, this.#day('from', 'From'), this.#day('to', 'To')),
      this.#menu('model', 'Model', []),
      this.#labelled('tag', 'Tag', el('div', {class: 'input'}, this.#fields.tag)),
      el('datalist', {id: TAGS}),
      this.#menu('project', 'Project', []),
      this.#menu('sort', 'Sort', []),
      this.#tickbox('trash', 'In the trash'),
    );
    this.#fields.sort.closest('.field').classList.add('only-s');
  }

  #tickbox(name, label) {
    const box = (this.#fields[name] = el('input', {type: 'checkbox'}));
    box.addEventListener('change', () => this.#tell({[name]: box.checked ? '1' : ''}));
    return el('label', {class: 'tickbox'}, box, el('span', {}, label));
  }

  #labelled(name, label, control) {
    const id = `filter-${name}`;
    attrs(this.#fields[name], {id});
    return el('div', {class: 'field'}, el('label', {class: 'lab', for: id}, label), control);
  }

  #menu(name, label, options, choose = (value) => this.#tell({[name]: value})) {
    const menu = (this.#fields[name] = el('select', {class: 'txt'}));
    menu.addEventListener('change', () => choose(menu.value));
    this.#fill(name, options);
    return this.#labelled(name, label, el('div', {class: 'input'}, menu));
  }

  #day(name, label) {
    const day = (this.#fields[name] = el('input', {class: 'txt', type: 'date'}));
    day.addEventListener('change', () => this.#sendDays());
    return this.#labelled(name, label, el('div', {class: 'input'}, day));
  }

  #fill(name, options) {
    this.#fields[name].replaceChildren(...options.map(([value, label]) => el('option', {value}, label)));
  }

  #chooseDate(value) {
    this.#range = value === RANGE;
    this.#drawDates();
    if (this.#range) this.#fields.from.focus();
    else this.#tell({date: value, from: '', to: ''});
  }

  #sendDays() {
    const [from, to] = ['from', 'to'].map((name) => this.#fields[name].value);
    if (from !== (this.chosen.from ?? '') || to !== (this.chosen.to ?? '')) this.#tell({date: '', from, to});
  }

  #sendTag() {
    const tag = this.#fields.tag.value.trim();
    if (tag === (this.#asked ?? this.chosen.tag ?? '')) return;
    this.#asked = tag;
    this.#tell({tag}).then(() => { if (this.#asked === tag) this.#asked = null; });
  }

  #left(event) {
    if (event.target === this.#fields.tag) this.#sendTag();
  }

  #tell(wanted) {
    step();
    return this.emit('filterEvent', wanted);
  }

  draw(changed) {
    this.#badge.hidden = !this.count;
    say(this.#badge, String(this.count || ''));
    attrs(this.#button, {'aria-label': this.count ? `Filters, ${this.count} on` : 'Filters'});
    if (changed.has('models')) this.#fill('model', [['', 'Any'], ...this.models]);
    if (changed.has('projects')) this.#fill('project', this.projects);
    if (changed.has('sorts')) this.#fill('sort', this.sorts);
    if (changed.has('tags')) {
      this.#panel.querySelector('datalist').replaceChildren(...this.tags.map((value) => el('option', {value})));
    }
    this.#fields.project.closest('.field').hidden = this.projects.length < 2;
    // The trash has one order, and is one's own.
    for (const name of ['sort', 'owner']) this.#fields[name].closest('.field').hidden = Boolean(this.chosen.trash);
    this.#show();
  }

  /** What the server has, in every control that nobody is writing in. */
  #show() {
    for (const [name, control] of Object.entries(this.#fields)) {
      const value = this.chosen[name] ?? '';
      if (control.type === 'checkbox') control.checked = value !== '';
      else if (control.localName === 'select') pick(control, value);
      else if (control !== document.activeElement) control.value = value;
    }
    if (this.chosen.from || this.chosen.to) this.#range = true;
    else if (this.chosen.date) this.#range = false;
    this.#drawDates();
  }

  #drawDates() {
    pick(this.#fields.date, this.#range ? RANGE : this.chosen.date ?? '');
    this.#panel.querySelector('.dates').hidden = !this.#range;
  }

  /** Below its button, as far as the window has room. A phone's stylesheet puts it at the foot. */
  #settle() {
    const {left, bottom} = this.#button.getBoundingClientRect();
    const room = Math.max(8, Math.min(left, innerWidth - this.#panel.offsetWidth - 8));
    this.#panel.style.setProperty('--left', `${room}px`);
    this.#panel.style.setProperty('--top', `${bottom + 6}px`);
  }
}

define('freshet-filters', FreshetFilters);
