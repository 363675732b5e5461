// When the page asks for what it was told of.

const LEAST_MS = 100; // what is told of closer together than this is asked for at once;
const MOST_MS = 1000; // where it keeps coming, ever more of it, but never later than this
const SHARE = 8; // with a hand at work: so many times what the last question took, for a press rarely to wait for one
const HAND_MS = 2000; // a hand is at work for this long after it moved
const HAND = ['pointermove', 'pointerdown', 'wheel', 'keydown'];

let handAt = -Infinity;
for (const type of HAND) document.addEventListener(type, () => { handAt = performance.now(); }, true);

/** One question after the other, with room between them: little after a rest, more while news keep coming. */
export class Pace {
  asking = false;
  #askedAt = -Infinity;
  #took = 0;
  #pause = LEAST_MS;

  /** Milliseconds from now until the next question. */
  wait() {
    const now = performance.now();
    const left = this.#askedAt + this.#pause - now;
    this.#pause = left > 0 ? Math.min(2 * this.#pause, MOST_MS) : LEAST_MS;
    const room = now - handAt < HAND_MS ? Math.min(SHARE * this.#took, MOST_MS) : 0;
    return Math.max(0, left, this.#askedAt + this.#took + room - now);
  }

  /** Ask, unless `ask` finds that there is nothing to ask: then it returns nothing. */
  async ask(ask) {
    const begun = performance.now();
    const answer = ask();
    if (!answer) return;
    this.#askedAt = begun;
    this.asking = true;
    await answer;
    this.asking = false;
    this.#took = performance.now() - begun;
  }
}
