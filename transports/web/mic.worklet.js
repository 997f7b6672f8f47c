// Resamples the device's rate to 16 kHz and posts 20 ms at a time, as Int16Array(320).
// A windowed sinc: nothing above 8 kHz folds back into the speech. It is 0.5 ms late.

const HZ = 16000;
const FRAME = 320;
const BLOCK = 128; // what the browser gives at a time
const PHASES = 160; // exact for 48 and for 44.1 kHz
const ZEROS = 8; // zero crossings on either side
const PASS = 0.92; // of our 8 kHz; the rest is the slope

const SILENCE = new Float32Array(BLOCK);

const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Weights of the device samples around a point that lies `late` samples (0 to 1) after one. */
function kernel(late, half, cutoff) {
  const weights = Float32Array.from({ length: 2 * half }, (_, i) => {
    const x = i - half + 1 - late;
    return sinc(x * cutoff) * (0.5 + 0.5 * Math.cos((Math.PI * x) / (half + 1)));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

class Mic extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / HZ; // device samples in one of ours
    const shrink = Math.max(1, this.step);
    this.half = Math.ceil(ZEROS * shrink);
    this.kernels = Array.from({ length: PHASES + 1 }, (_, p) => kernel(p / PHASES, this.half, PASS / shrink));
    this.recent = new Float32Array(2 * this.half + 2 * BLOCK);
    this.at = this.recent.length; // where our next sample lies in `recent`
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
  }

  process([[samples]]) {
    this.recent.copyWithin(0, BLOCK);
    this.recent.set(samples ?? SILENCE, this.recent.length - BLOCK);
    this.at -= BLOCK;
    for (; this.at + this.half < this.recent.length; this.at += this.step) this.put(this.heard());
    return true;
  }

  heard() {
    const before = Math.floor(this.at);
    const weights = this.kernels[Math.round((this.at - before) * PHASES)];
    const from = before - this.half + 1;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i] * this.recent[from + i];
    return sum;
  }

  put(sample) {
    this.frame[this.filled++] = Math.max(-1, Math.min(1, sample)) * 32767;
    if (this.filled < FRAME) return;
    this.port.postMessage(this.frame, [this.frame.buffer]);
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
  }
}

registerProcessor("mic", Mic);
