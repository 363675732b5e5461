import {FreshetElement, attrs, define, el, icon, say} from './base.js';
import {leadAnew, plain, within} from './links.js';
import {ProjectMenu} from './project_menu.js';
import {toggleTheme} from './theme.js';

const BOTTOM = 6; // places in the bar of a phone
const SVG = 'http://www.w3.org/2000/svg';
const MARK = 'M7.6 18.6V8.1c1.7-1.9 3.4-1.9 5.1-.2s3.3 1.6 4.7-.3M7.6 13.6c1.4-1.5 2.8-1.5 4.2-.2s2.6 1.2 3.6-.1';

function brandMark() {
  const svg = attrs(document.createElementNS(SVG, 'svg'), {viewBox: '0 0 24 24', 'aria-hidden': 'true'});
  const ground = attrs(document.createElementNS(SVG, 'rect'), {width: 24, height: 24, rx: 7, class: 'ground'});
  svg.append(ground, attrs(document.createElementNS(SVG, 'path'), {d: MARK, class: 'stroke'}));
  return svg;
}

function themeButton(look, ...more) {
  const words = {'aria-label': 'Switch theme', title: 'Switch theme'};
  const button = el('button', {type: 'button', class: look || null, ...words}, icon('contrast'), ...more);
  button.addEventListener('click', toggleTheme);
  return button;
}

class FreshetNav extends FreshetElement {
  static props = {items: [], current: '', userName: '', project: '', projects: []};
  #links = el('div', {class: 'nav'});
  #bottom = el('nav', {class: 'bottom', 'aria-label': 'Main'});
  #side = el('nav', {class: 'side', 'aria-label': 'Main'});
  #menu = new ProjectMenu({
    opened: () => this.emit('projectsEvent', {}, {quiet: true}),
    create: (name) => this.emit('createEvent', {name, url: this.current}),
  });
  #user = el('span', {class: 'cut grow'});
  #avatar = el('span', {class: 'avatar', 'aria-hidden': 'true'});
  #called = (event) => this.#leave(event.detail); // from a link elsewhere on the page

  build() {
    const brand = el('a', {class: 'brand', href: '/home', 'aria-label': 'Freshet, home', 'data-url': '/home'}, brandMark(), el('span', {}, 'Freshet'));
    const me = el('div', {class: 'me'}, this.#avatar, this.#user, themeButton('ib sm'));
    this.#side.append(brand, ...this.#menu.nodes, this.#links, el('div', {class: 'side-foot'}, me));
    this.append(this.#side, this.#bottom);
    this.addEventListener('click', (event) => this.#go(event));
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('freshet:go', this.#called);
  }

  disconnectedCallback() {
    document.removeEventListener('freshet:go', this.#called);
  }

  #go(event) {
    const link = event.target.closest?.('a[data-url]');
    if (!link || !plain(event) || event.defaultPrevented || !this.navigateEvent) return;
    event.preventDefault();
    this.#leave(link.getAttribute('href'));
  }

  #leave(url) {
    this.#menu.close();
    // If the server cannot answer now, the page opens there once it can (see guard.js).
    window.dispatchEvent(new CustomEvent('freshet:leaving', {detail: url}));
    this.emit('navigateEvent', {url});
  }

  draw(changed) {
    if (changed.has('items')) this.#drawItems();
    for (const link of this.querySelectorAll('a[data-url]:not([data-project])')) {
      const here = link.dataset.url === this.current && !link.matches('.brand');
      attrs(link, {href: within(link.dataset.url, this.project), 'aria-current': here ? 'page' : null});
    }
    if (changed.has('project')) {
      this.#menu.leave();
      leadAnew(this.project);
    }
    this.#menu.draw(this.projects, this.project, this.current);
    this.#side.classList.toggle('several', this.projects.length > 1); // a phone tells which one it is only where that says something
    say(this.#user, this.userName);
    attrs(this.#user.parentElement, {title: this.userName});
    say(this.#avatar, this.userName.replace(/^@/, '').slice(0, 1).toUpperCase());
  }

  #drawItems() {
    const nodes = [];
    let group = '';
    for (const item of this.items) {
      if (item.group !== group) {
        group = item.group;
        if (group) nodes.push(el('hr', {'aria-hidden': 'true'}), el('span', {class: 'label'}, group));
      }
      nodes.push(this.#link(item));
    }
    this.#links.replaceChildren(...nodes);
    const places = this.items.slice(0, BOTTOM).map((item) => this.#link(item));
    if (places.length < BOTTOM) places.push(themeButton('', el('span', {class: 'cut', 'aria-hidden': 'true'}, 'Theme')));
    this.#bottom.replaceChildren(...places);
  }

  #link({url, label, icon: symbol}) {
    return el('a', {href: url, 'data-url': url, title: label}, icon(symbol), el('span', {class: 'cut'}, label));
  }
}

define('freshet-nav', FreshetNav);
