import {attrs, el, icon, say} from './base.js';
import {returning} from './focus.js';
import {size as amount} from './sizes.js';
import {uploads} from './upload_queue.js';

const STAYS_MS = 6000; // once all has gone well
const OVER = new Set(['done', 'failed']);

const files = (count) => `${count} ${count === 1 ? 'file' : 'files'}`;

/**
 * What is being uploaded, at the foot of the window, whatever page is looked at. While a dialog is open it stands inside
 * that, since nothing outside can be pressed. With nothing to complain of it leaves by itself.
 */
class Tray {
  #title = el('span', {class: 'grow strong cut'});
  #status = el('span', {class: 'vh', role: 'status'});
  #fold = el('button', {type: 'button', class: 'ib sm'}, icon('expand_more'));
  #end = el('button', {type: 'button', class: 'btn ghost mini'});
  #all = el('i');
  #limits = el('p', {class: 'meta'});
  #list = el('ul', {class: 'tray-list'});
  #box = el(
    'section', {class: 'tray', popover: 'manual', 'aria-label': 'Uploads'},
    el('div', {class: 'tray-head'}, icon('upload'), this.#title, this.#status, this.#end, this.#fold),
    el('div', {class: 'tray-bar', 'aria-hidden': 'true'}, this.#all), this.#limits, this.#list,
  );
  #giveBack = returning(this.#box);
  #rows = new Map();
  #folded = false;
  #due = false;
  #timer = 0;

  constructor() {
    uploads.addEventListener('change', () => this.#soon());
    window.addEventListener('freshet:dialog', () => this.#settle());
    this.#end.addEventListener('click', () => (uploads.busy ? uploads.cancelAll() : uploads.clear()));
    this.#fold.addEventListener('click', () => {
      this.#folded = !this.#folded;
      this.#draw();
    });
    for (const name of ['pointerenter', 'focusin']) this.#box.addEventListener(name, () => clearTimeout(this.#timer));
    for (const name of ['pointerleave', 'focusout']) this.#box.addEventListener(name, () => this.#leaveLater());
  }

  #soon() {
    if (this.#due) return;
    this.#due = true;
    setTimeout(() => {
      this.#due = false;
      this.#draw();
    }, 50);
  }

  #draw() {
    const {items, busy} = uploads;
    this.#drawRows(items);
    if (!items.length) {
      this.#hide();
      return;
    }
    const done = items.filter(({state}) => state === 'done').length;
    const failed = items.filter(({state}) => state === 'failed').length;
    const not = failed && (done ? `${failed} not` : `${files(failed)} not uploaded`);
    const outcome = [done && `${files(done)} uploaded`, not].filter(Boolean).join(', ');
    const soFar = failed ? `${done} done, ${failed} not` : `${done} done`;
    say(this.#title, busy ? `Uploading ${files(items.length)} · ${soFar}` : outcome);
    say(this.#status, busy ? `Uploading ${files(items.length)}` : outcome); // not at every step: it is read aloud
    const total = items.reduce((sum, {size}) => sum + size, 0);
    const sent = items.reduce((sum, {size, sent: there, state}) => sum + (OVER.has(state) ? size : there), 0);
    this.#all.style.width = `${total ? (sent / total) * 100 : 100}%`;
    say(this.#limits, uploads.limits);
    this.#limits.hidden = !uploads.limits;
    say(this.#end, busy ? 'Cancel all' : 'Dismiss all');
    attrs(this.#fold, {'aria-expanded': String(!this.#folded), 'aria-label': 'Show the files', title: this.#folded ? 'Show the files' : 'Hide the files'});
    attrs(this.#fold.firstChild, {'data-icon': this.#folded ? 'expand_less' : 'expand_more'});
    this.#list.hidden = this.#folded && !failed;
    this.#box.classList.toggle('ended', !busy);
    this.#show();
    this.#leaveLater();
  }

  #drawRows(items) {
    const there = new Set(items);
    for (const [item, row] of this.#rows) {
      if (there.has(item)) continue;
      row.leave();
      this.#rows.delete(item);
    }
    for (const item of items) {
      let row = this.#rows.get(item);
      if (!row) {
        row = new Row(item);
        this.#rows.set(item, row);
        this.#list.append(row.node);
      }
      // What went wrong stands first: among two hundred it would not be found.
      if (row.draw()) this.#list.prepend(row.node);
    }
  }

  /** Move to where it can be pressed; what was on the screen stays there. */
  #settle() {
    const place = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body;
    if (this.#box.parentElement === place) return;
    const shown = this.#box.isConnected && this.#box.matches(':popover-open');
    place.append(this.#box);
    if (shown) this.#box.showPopover();
  }

  #show() {
    this.#settle();
    if (!this.#box.matches(':popover-open')) this.#box.showPopover();
  }

  #hide() {
    clearTimeout(this.#timer);
    if (!this.#box.isConnected || !this.#box.matches(':popover-open')) return;
    this.#giveBack();
    this.#box.hidePopover();
  }

  #leaveLater() {
    clearTimeout(this.#timer);
    if (uploads.busy || uploads.items.some(({state}) => state === 'failed')) return;
    this.#timer = setTimeout(() => uploads.busy || uploads.clear(), STAYS_MS);
  }
}

class Row {
  #item;
  #mark = icon('hourglass_empty', 's');
  #note = el('span', {class: 'meta cut'});
  #why = el('span', {class: 'help bad', role: 'alert'});
  #bar = el('div', {class: 'tray-bar', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100'}, el('i'));
  #act = el('button', {type: 'button', class: 'ib sm'}, icon('close'));
  #cancel = el('button', {type: 'button', class: 'ib sm'}, icon('close'));
  #drawn = '';

  constructor(item) {
    this.#item = item;
    const name = el('span', {class: 'cut', dir: 'auto', title: item.name}, item.name);
    attrs(this.#bar, {'aria-label': item.name});
    this.node = el('li', {}, this.#mark, el('div', {class: 'col grow'}, name, this.#note, this.#why, this.#bar), this.#act, this.#cancel);
    this.#act.addEventListener('click', () => uploads.retry(item));
    attrs(this.#act, {'aria-label': `Retry ${item.name}`, title: 'Retry'});
    attrs(this.#act.firstChild, {'data-icon': 'replay'});
    this.#cancel.addEventListener('click', () => uploads.cancel(item));
  }

  /** True if it has just failed. */
  draw() {
    const {state, sent, size, note} = this.#item;
    const key = [state, sent, note].join();
    if (key === this.#drawn) return false;
    const was = this.#drawn.split(',')[0];
    this.#drawn = key;
    attrs(this.node, {class: state});
    attrs(this.#mark, {'data-icon': {done: 'check_circle', failed: 'error', sending: 'arrow_upward'}[state] ?? 'hourglass_empty'});
    const words = {queued: 'Waiting', done: 'Done', failed: '', sending: note || this.#progress()};
    say(this.#note, words[state]);
    this.#note.hidden = state === 'failed';
    this.#why.hidden = state !== 'failed';
    say(this.#why, state === 'failed' ? note : '');
    this.#bar.hidden = state !== 'sending';
    const percent = size ? Math.floor((sent / size) * 100) : 0;
    attrs(this.#bar, {'aria-valuenow': percent});
    this.#bar.firstChild.style.width = `${percent}%`;
    this.#act.hidden = state !== 'failed' || this.#item.final; // what would be refused again
    this.#cancel.hidden = state === 'done';
    const verb = state === 'failed' ? 'Dismiss' : 'Cancel';
    attrs(this.#cancel, {'aria-label': `${verb} ${this.#item.name}`, title: verb});
    return state === 'failed' && was !== 'failed';
  }

  #progress() {
    const {sent, size} = this.#item;
    return sent >= size ? 'Looking into it' : `${amount(sent)} of ${amount(size)}`;
  }

  leave() {
    const next = this.node.nextElementSibling ?? this.node.previousElementSibling;
    const head = this.node.closest('.tray').querySelector('.tray-head button');
    if (this.node.contains(document.activeElement)) (next?.querySelector('button:not([hidden])') ?? head).focus();
    this.node.remove();
  }
}

new Tray();
