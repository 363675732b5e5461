import {attrs, el, icon, say} from './base.js';
import {within} from './links.js';
import './panels.js';

/**
 * The project that the page works in, as a button over the way to the others and to a new one.
 *
 * `opened()` is called when the menu opens, `create(name)` when a project is to be made. The links are the navigation's own.
 */
export class ProjectMenu {
  #name = el('span', {class: 'cut grow'});
  #button = el('button', {type: 'button', class: 'project', 'aria-haspopup': 'dialog', 'aria-expanded': 'false'}, el('i', {'aria-hidden': 'true'}), this.#name, icon('unfold_more'));
  #links = el('div', {class: 'projects', role: 'group', 'aria-label': 'Projects'});
  #field = el('input', {class: 'txt', type: 'text', id: 'nav-project', autocomplete: 'off', maxlength: '80'});
  #panel = el('div', {class: 'panel', popover: 'auto', role: 'dialog', 'aria-label': 'Projects'});

  constructor({opened, create}) {
    const close = el('button', {type: 'button', class: 'ib', 'aria-label': 'Close', title: 'Close (Esc)'}, icon('close'));
    const make = el('button', {type: 'button', class: 'btn line', 'aria-label': 'Create project'}, 'Create');
    const found = () => {
      const name = this.#field.value.trim().replace(/\s+/g, ' ');
      if (name) create(name);
      else this.#field.focus();
    };
    close.addEventListener('click', () => this.close());
    make.addEventListener('click', found);
    this.#field.addEventListener('keydown', (event) => event.key === 'Enter' && !event.isComposing && found());
    this.#button.popoverTargetElement = this.#panel; // by a handler, the press that has just closed it would open it again
    this.#panel.addEventListener('toggle', ({newState}) => {
      attrs(this.#button, {'aria-expanded': String(newState === 'open')});
      if (newState !== 'open') return;
      this.#settle();
      (this.#links.querySelector('[aria-current]') ?? this.#field).focus({preventScroll: true});
      opened();
    });
    this.#panel.append(
      el('div', {class: 'row'}, el('h2', {class: 'h2 grow'}, 'Projects'), close),
      this.#links,
      el('div', {class: 'field'}, el('label', {class: 'lab', for: this.#field.id}, 'New project'), el('div', {class: 'row'}, el('div', {class: 'input grow'}, this.#field), make)),
    );
  }

  get nodes() {
    return [this.#button, this.#panel];
  }

  close() {
    if (this.#panel.matches(':popover-open')) this.#panel.hidePopover();
  }

  /** `projects`: [value, name] of each; `here`: the value of the one that the page works in; `url`: the page. */
  draw(projects, here, url) {
    const name = projects.find(([value]) => value === here)?.[1] ?? '';
    say(this.#name, name);
    attrs(this.#button, {title: `Project: ${name}`, 'aria-label': `Project: ${name}`});
    this.#links.replaceChildren(...projects.map(([value, label]) => {
      const current = value === here;
      const to = value ? within(url, value) : url;
      return el('a', {href: to, 'data-url': url, 'data-project': value, 'aria-current': current ? 'true' : null}, icon(current ? 'check' : 'folder'), el('span', {class: 'cut'}, label));
    }));
  }

  /** Another project is worked in now: nothing that was chosen or typed here is needed any more. */
  leave() {
    this.close();
    this.#field.value = '';
  }

  #settle() {
    const {left, bottom} = this.#button.getBoundingClientRect();
    this.#panel.style.setProperty('--left', `${left}px`);
    this.#panel.style.setProperty('--top', `${bottom + 6}px`);
  }
}
