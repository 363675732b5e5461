import {attrs, el, icon} from './base.js';
import {forget, keep, kept} from './drafts.js';

const orderly = (text) => text.trim().replace(/\s+/g, ' ');

/**
 * A title that is written anew in its place. What is typed outlives a reload, whatever others make of the title
 * meanwhile, and a refusal: whoever writes is told, and loses nothing.
 */
export class Retitle {
  pencil = el('button', {type: 'button', class: 'ib', 'aria-label': 'Rename', title: 'Rename'}, icon('edit'));
  writing = false;
  #input = el('input', {type: 'text', class: 'txt', 'aria-label': 'Title', autocomplete: 'off', spellcheck: 'true', dir: 'auto'});
  #save = el('button', {type: 'button', class: 'btn primary mini'}, el('span', {}, 'Save'));
  field = el('span', {class: 'input retitle'}, this.#input, this.#save);
  wrong = el('span', {class: 'help bad', role: 'alert'});
  #id = '';
  #text = ''; // the title as it is
  #since = ''; // as it was when writing began
  #base = null; // as it was when one was last saved
  #why = '';
  #given = ''; // the refused title that was put back last
  #lost = ''; // one that was refused while another item was looked at, until it is written anew
  #act;

  /** @param act {{save: (text: string) => void, moved: () => void}} `moved`: it began or ended; place the parts anew. */
  constructor(act) {
    this.#act = act;
    this.pencil.addEventListener('click', () => this.#write(this.#lost || this.#text));
    this.#save.addEventListener('click', () => this.#submit());
    this.#input.addEventListener('input', () => keep(this.#draft, this.#input.value));
    this.#input.addEventListener('keydown', (event) => {
      if (event.isComposing || !['Enter', 'Escape'].includes(event.key)) return;
      event.preventDefault(); // Esc is for the title alone, not for what it stands in
      event.stopPropagation();
      if (event.key === 'Escape') this.#read();
      else if (!event.repeat) this.#submit();
    });
  }

  /** What the server says of the item. */
  tell({id, text, error, refused}) {
    const other = id !== this.#id;
    const renamed = text !== this.#text;
    this.#id = id;
    attrs(this.wrong, {id: `wrong-${id}`});
    attrs(this.#input, {'aria-describedby': this.wrong.id});
    this.#text = text;
    this.#why = error;
    if (this.writing && renamed && orderly(this.#input.value) === text) this.#read();
    if (other || !refused) this.#given = this.#lost = '';
    if (refused && refused !== this.#given) {
      this.#given = refused;
      if (other) this.#lost = refused; // who comes back with a key does not want to write
      else if (!this.writing) this.#write(refused, this.#base ?? text);
    }
    this.#tellWrong();
  }

  /** Take up what was being written before a reload. */
  resume() {
    const text = kept(this.#draft);
    if (text !== null && text !== this.#text) this.#write(text);
  }

  get #draft() {
    return `title-${this.#id}`;
  }

  #write(text, since = this.#text) {
    this.writing = true;
    this.#lost = '';
    this.#since = since;
    this.#input.value = text;
    this.#act.moved();
    this.#tellWrong();
    queueMicrotask(() => this.#input.isConnected && (this.#input.focus(), this.#input.select()));
  }

  #read() {
    if (!this.writing) return;
    const focused = this.field.contains(document.activeElement);
    this.writing = false;
    forget(this.#draft);
    this.#act.moved();
    this.#tellWrong();
    if (focused) queueMicrotask(() => this.pencil.focus());
  }

  #submit() {
    const text = this.#input.value;
    if (orderly(text) === this.#text) return this.#read();
    this.#base = this.#text;
    this.#act.save(text);
  }

  #tellWrong() {
    const renamed = this.#text !== this.#since ? `It is called “${this.#text}” now. Saving replaces that.` : '';
    const why = this.#why && renamed ? this.#why.replace(/[.]?$/, '.') : this.#why;
    const again = this.#lost && `${this.#why.replace(/[.]?$/, '.')} Rename has “${this.#lost}” once more.`;
    const wrong = this.writing ? [why, renamed].filter(Boolean).join(' ') : again;
    attrs(this.#input, {'aria-invalid': this.writing && this.#why ? 'true' : null});
    this.field.classList.toggle('invalid', Boolean(this.writing && this.#why));
    this.wrong.hidden = !wrong;
    if (this.wrong.dataset.text === wrong) return;
    this.wrong.dataset.text = wrong;
    this.wrong.replaceChildren(...(wrong ? [icon('error'), el('span', {}, wrong)] : []));
  }
}
