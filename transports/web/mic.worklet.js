// Averages the device's rate down to 16 kHz and posts 20 ms at a time, as Int16Array(320).

const HZ = 16000;
const FRAME = 320;

class Mic extends AudioWorkletProcessor {
  constructor() {
    super();
    this.perSample = sampleRate / HZ; // device samples in one of ours
    this.left = this.perSample;
    this.sum = 0;
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
  }

  process([[samples]]) {
    for (const sample of samples ?? new Float32Array(128)) this.take(sample);
    return true;
  }

  take(sample) {
    if (this.left > 1) {
      this.sum += sample;
      this.left -= 1;
      return;
    }
    const mean = (this.sum + sample * this.left) / this.perSample;
    this.sum = sample * (1 - this.left);
    this.left += this.perSample - 1;
    this.frame[this.filled++] = Math.max(-1, Math.min(1, mean)) * 32767;
    if (this.filled < FRAME) return;
    this.port.postMessage(this.frame, [this.frame.buffer]);
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
  }
}

registerProcessor("mic", Mic);
