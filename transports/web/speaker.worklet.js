// Plays Int16Array pieces one after another; the message "clear" forgets what was not played yet.
// Posts the loudness of what is heard (0 to 1), about 10 times a second.

const AHEAD_SECS = 0.06; // sound to have before it starts, so that one late piece is no gap
const PATIENCE_SECS = 0.1; // and how long to wait for it: the last piece may be alone
const FADE = 0.96; // per sample: 5 ms to silence, so that speech cut off does not click
const BLOCKS_A_LEVEL = 18;

class Speaker extends AudioWorkletProcessor {
  constructor() {
    super();
    this.forget();
    this.last = 0;
    this.loudest = 0;
    this.blocks = 0;
    this.port.onmessage = ({ data }) => (data === "clear" ? this.forget() : this.take(data));
  }

  forget() {
    this.queue = [];
    this.at = 0; // in its first piece
    this.queued = 0; // samples, those played of the first piece included
    this.playing = false;
    this.waited = 0;
  }

  take(piece) {
    this.queue.push(piece);
    this.queued += piece.length;
  }

  process(_, [[out]]) {
    if (!this.playing && this.queue.length) this.wait(out.length);
    for (let i = 0; i < out.length; i++) out[i] = this.last = this.next();
    if (++this.blocks % BLOCKS_A_LEVEL === 0) { this.port.postMessage(this.loudest); this.loudest = 0; }
    return true;
  }

  wait(samples) {
    this.playing = this.queued >= AHEAD_SECS * sampleRate || this.waited >= PATIENCE_SECS * sampleRate;
    this.waited += samples;
  }

  next() {
    if (!this.playing) return Math.abs(this.last) < 1e-4 ? 0 : this.last * FADE;
    const sample = this.queue[0][this.at++] / 32768;
    this.loudest = Math.max(this.loudest, Math.abs(sample));
    if (this.at === this.queue[0].length) this.drop();
    return sample;
  }

  drop() {
    this.queued -= this.queue.shift().length;
    this.at = 0;
    if (!this.queue.length) this.forget();
  }
}

registerProcessor("speaker", Speaker);
