import {attrs, el, icon, say} from './base.js';
import {lined} from './panels.js';

const STEPS = {ArrowDown: (at, last) => (at < last ? at + 1 : 0), ArrowUp: (at, last) => (at > 0 ? at - 1 : last), Home: () => 0, End: (_, last) => last};

/**
 * The projects that something can be moved to, in a panel that `button` opens; the last line is for one that is not there yet,
 * and asks for its name. Only a press moves: whoever looks through them by key has chosen none.
 *
 * `move(id)` is called for the one that was chosen, `create(name)` for one that is to be made; it is chosen once it is there.
 */
export class Mover {
  #button;
  #move;
  #create;
  #lines = el('div', {class: 'projects', role: 'group', 'aria-label': 'Projects'});
  #anew = el('button', {type: 'button'}, icon('add'), el('span', {class: 'cut'}, 'New project…'));
  #panel = el('div', {class: 'panel tagger', popover: 'auto', role: 'dialog', 'aria-label': 'Move to project'}, this.#lines);
  #name = el('input', {class: 'txt', type: 'text', id: 'selection-project', autocomplete: 'off', maxlength: '80'});
  #founder = el('div', {class: 'panel tagger', popover: 'auto', role: 'dialog', 'aria-label': 'New project'});
  #founding = ''; // the name of the project that is being made

  constructor(button, {move, create}) {
    this.#button = attrs(button, {'aria-haspopup': 'dialog', 'aria-expanded': 'false'});
    this.#move = move;
    this.#create = create;
    button.popoverTargetElement = this.#panel; // by a handler, the press that has just closed it would open it again
    this.#panel.addEventListener('toggle', ({newState}) => {
      attrs(button, {'aria-expanded': String(newState === 'open')});
      if (newState === 'open') this.#all[0].focus({preventScroll: true});
    });
    this.#lines.addEventListener('keydown', (event) => this.#step(event));
    this.#anew.addEventListener('click', () => this.#ask());
    const make = el('button', {type: 'button', class: 'btn primary'}, 'Create and move');
    make.addEventListener('click', () => this.#found());
    this.#founder.append(lined('Name of the new project', this.#name, () => this.#found()), el('div', {class: 'row'}, make));
  }

  get panels() {
    return [this.#panel, this.#founder];
  }

  /** `projects`: [id, name] of each. Those that stay keep their nodes, and with them the focus. */
  draw(projects) {
    const held = new Map(this.#all.map((line) => [line.dataset.project, line]));
    const lines = projects.map(([id, name]) => {
      const line = held.get(id) ?? this.#line(id);
      say(line.lastElementChild, name);
      return line;
    });
    if ([...lines, this.#anew].some((line, place) => line !== this.#all[place])) this.#lines.replaceChildren(...lines, this.#anew);
    const made = this.#founding && projects.find(([, name]) => name === this.#founding);
    if (!made) return;
    this.#founding = this.#name.value = '';
    this.#founder.hidePopover();
    this.#move(made[0]);
  }

  get #all() {
    return [...this.#lines.children];
  }

  #line(id) {
    const line = el('button', {type: 'button', 'data-project': id}, icon('folder'), el('span', {class: 'cut'}));
    line.addEventListener('click', () => {
      this.#panel.hidePopover();
      this.#move(id);
    });
    return line;
  }

  #step(event) {
    const lines = this.#all;
    const to = STEPS[event.key]?.(lines.indexOf(document.activeElement), lines.length - 1);
    if (to === undefined) return;
    event.preventDefault();
    lines[to].focus();
  }

  #ask() {
    this.#panel.hidePopover(); // the focus is on the button again, and comes back there
    this.#founder.showPopover();
    this.#name.focus({preventScroll: true});
    this.#name.select();
  }

  /** What is selected stays so until the project is there: a name that is refused can be mended. */
  #found() {
    const name = this.#name.value.trim().replace(/\s+/g, ' ');
    if (name) {
      this.#founding = name;
      this.#create(name);
    } else {
      this.#name.focus();
    }
  }
}
