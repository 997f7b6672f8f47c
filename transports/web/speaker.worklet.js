// Plays Int16Array pieces one after another; the message "clear" forgets what was not played yet.
// Posts the loudness of what is heard (0 to 1), about 20 times a second.

const FADE = 0.96; // per sample: 5 ms to silence, so that speech cut off does not click

class Speaker extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = [];
    this.at = 0;
    this.last = 0;
    this.loudest = 0;
    this.blocks = 0;
    this.port.onmessage = ({ data }) => {
      if (data === "clear") { this.queue = []; this.at = 0; } else this.queue.push(data);
    };
  }

  process(_, [[out]]) {
    for (let i = 0; i < out.length; i++) out[i] = this.last = this.next();
    if (++this.blocks % 9 === 0) { this.port.postMessage(this.loudest); this.loudest = 0; }
    return true;
  }

  next() {
    while (this.queue.length && this.at >= this.queue[0].length) { this.queue.shift(); this.at = 0; }
    if (!this.queue.length) return Math.abs(this.last) < 1e-4 ? 0 : this.last * FADE;
    const sample = this.queue[0][this.at++] / 32768;
    this.loudest = Math.max(this.loudest, Math.abs(sample));
    return sample;
  }
}

registerProcessor("speaker", Speaker);
