// One file on its way to /upload (tus 1.0, see services/http/upload.py): in pieces, so that what has arrived is never
// sent again, whatever happens to the network, the server or the store meanwhile.

const PIECE = 4 << 20; // bytes; as many as the server keeps in one
const RETRY_MS = [400, 800, 1500, 3000, 6000, 12000];
const STALL_MS = 45e3; // without a byte going out: the connection is not what it seems
const IMPORT_MS = 600e3; // the server looks into the file
const AGAIN = new Set([0, 408, 409, 425, 429, 502, 503, 504]); // worth another attempt
const AFRESH = 3; // times that a file is sent anew, since the server knows nothing of it any more
const OF_NO_USE = new Set([400, 413]); // the file itself is what is wrong, and will be

/** The file was not taken, and why: a sentence that names it. `final`: nor would it be another time. */
export class Refused extends Error {
  constructor(message, final) {
    super(message);
    this.final = final;
  }
}

class Later extends Error {} // not now: the message says why, or nothing if there is no more to say than that

const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text.toWellFormed())));

export class Sending {
  #file;
  #name;
  #wanted;
  #project;
  #tell;
  #address = null;
  #offset = 0;
  #request = null;
  #cancelled = false;
  #tries = 0;
  #afresh = 0;
  #wake = () => {};

  /** `tell` hears {sent, note}: how many bytes are there, and what is waited for ("" while bytes go out). */
  constructor(file, {name, wanted, project, tell}) {
    this.#file = file;
    this.#name = name;
    this.#wanted = wanted;
    this.#project = project;
    this.#tell = tell;
  }

  /** Resolves to {mediaId, known} once the item is in the library. Throws Refused; null when it was cancelled. */
  async run() {
    for (;;) {
      try {
        return await this.#go();
      } catch (error) {
        if (this.#cancelled) return null;
        if (!(error instanceof Later)) throw error;
        this.#tell({sent: this.#offset, note: error.message || 'Waiting for the connection'});
        await this.#pause(RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)]);
        if (this.#cancelled) return null;
      }
    }
  }

  /** Stop; what has arrived is removed from the server, also when the page is being left. */
  cancel() {
    this.#cancelled = true;
    this.#request?.abort();
    this.#wake();
    if (!this.#address) return;
    fetch(this.#address, {method: 'DELETE', headers: {'Tus-Resumable': '1.0.0'}, keepalive: true}).catch(() => {});
  }

  /** The connection may be back: do not wait any longer. */
  hurry() {
    this.#wake();
  }

  async #go() {
    if (this.#address) await this.#ask();
    else await this.#begin();
    const size = this.#file.size;
    for (;;) {
      const end = Math.min(this.#offset + PIECE, size);
      const answer = await this.#send(await this.#read(this.#offset, end));
      this.#offset = Number(answer.getResponseHeader('Upload-Offset'));
      this.#tries = 0;
      if (end === size) return {mediaId: this.#address.split('/').at(-1), known: answer.getResponseHeader('Freshet-Known') ?? ''};
    }
  }

  async #begin() {
    const words = {filename: this.#name, wanted: this.#wanted, project: this.#project};
    const told = Object.entries(words).filter(([, value]) => value).map(([key, value]) => `${key} ${encode(value)}`).join(',');
    const answer = await this.#exchange('POST', '/upload', {'Upload-Length': this.#file.size, 'Upload-Metadata': told});
    this.#address = answer.getResponseHeader('Location');
    this.#offset = 0;
  }

  async #ask() {
    const answer = await this.#exchange('HEAD', this.#address, {});
    this.#offset = Number(answer.getResponseHeader('Upload-Offset'));
  }

  #send(bytes) {
    const headers = {'Upload-Offset': this.#offset, 'Content-Type': 'application/offset+octet-stream'};
    return this.#exchange('PATCH', this.#address, headers, bytes);
  }

  async #read(start, end) {
    try {
      return await this.#file.slice(start, end).arrayBuffer();
    } catch {
      throw new Refused(`${this.#name} cannot be read: it is a folder, or it was moved or changed`, true);
    }
  }

  /** One request; its answer, if it is as it should be. Throws Later and Refused. */
  async #exchange(method, url, headers, body = null) {
    if (this.#cancelled) throw new Later();
    const request = (this.#request = new XMLHttpRequest());
    await new Promise((done) => {
      let timer = 0;
      const watch = (ms) => {
        clearTimeout(timer);
        timer = setTimeout(() => request.abort(), ms);
      };
      request.upload.addEventListener('progress', ({loaded}) => {
        watch(STALL_MS);
        this.#tell({sent: this.#offset + loaded, note: ''});
      });
      request.upload.addEventListener('load', () => watch(IMPORT_MS));
      request.addEventListener('loadend', () => {
        clearTimeout(timer);
        done();
      });
      request.open(method, url);
      for (const [name, value] of Object.entries({'Tus-Resumable': '1.0.0', ...headers})) request.setRequestHeader(name, value);
      request.send(body);
      watch(STALL_MS);
    });
    if (request.status >= 200 && request.status < 300) return request;
    throw this.#judged(request, method);
  }

  #judged({status, responseText}, method) {
    let why = '';
    try {
      why = JSON.parse(responseText).error ?? '';
    } catch {
      // Not one of our own answers: its status has to do.
    }
    if (AGAIN.has(status)) return new Later(why);
    if (status === 404 && method !== 'POST' && this.#afresh++ < AFRESH) {
      this.#address = null;
      this.#offset = 0;
      return new Later('Sending it again');
    }
    return new Refused(why || `${this.#name} could not be uploaded (error ${status})`, OF_NO_USE.has(status));
  }

  #pause(ms) {
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
