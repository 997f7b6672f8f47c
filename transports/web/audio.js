// The caller's microphone and speaker.

export const MIC_HZ = 16000;

/** Browsers keep both from pages that came over plain http, but for those of localhost. */
export const hasSound = "AudioWorkletNode" in globalThis && navigator.mediaDevices !== undefined;

export const NO_SOUND = "This page has neither microphone nor sound, because browsers give them only to https pages and to localhost. You can type, and read what Echo says.";

export const MIC_GONE = "The microphone went away: it was unplugged, or is no longer allowed. Choose one again, or type instead.";

/** Why there is no microphone, in words for the caller. */
export function micTrouble(error) {
  if (error.name === "NotAllowedError") return "The microphone is blocked. Allow it beside the address bar and try again, or type instead.";
  if (error.name === "NotFoundError") return "No microphone was found. Plug one in and try again, or type instead.";
  if (error.name === "OverconstrainedError") return MIC_GONE;
  if (error.name === "NotReadableError") return "Another program holds the microphone. Close it and try again, or type instead.";
  return `The microphone cannot be used (${error.name}). You can type instead.`;
}

/** Those that have a name of their own; "Default" is an entry of ours. */
export async function microphones() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter((device) => device.kind === "audioinput" && !["", "default", "communications"].includes(device.deviceId));
}

const loudest = (pcm) => pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) / 32768;

/**
 * 20 ms pieces of 16 kHz sound to `onPiece`; silence until `listen`, and while muted. `onLevel`
 * hears 10 times a second how loud it is, 0 to 1.
 */
export class Mic {
  static async open(onPiece, onLevel) {
    const context = new AudioContext();
    await context.audioWorklet.addModule("mic.worklet.js");
    return new Mic(context, onPiece, onLevel);
  }

  constructor(context, onPiece, onLevel) {
    this.context = context;
    this.node = new AudioWorkletNode(context, "mic", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    this.node.port.onmessage = ({ data }) => this.pass(this.muted ? new Int16Array(data.length) : data);
    this.onPiece = onPiece;
    this.onLevel = onLevel;
    this.pieces = 0;
    this.muted = false;
  }

  pass(pcm) {
    if (++this.pieces % 5 === 0) this.onLevel(loudest(pcm));
    this.onPiece(pcm);
  }

  get listening() {
    return this.stream?.getTracks().every((track) => track.readyState === "live") === true;
  }

  /** Listen to that device ("" is the default one). Throws what getUserMedia throws. */
  async listen(deviceId, onGone) {
    const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    if (deviceId) wanted.deviceId = { exact: deviceId };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    this.hush();
    this.stream = stream;
    if (this.closed) return this.hush(); // the call ended before the caller had answered
    for (const track of stream.getTracks()) track.onended = onGone;
    this.source = this.context.createMediaStreamSource(stream);
    this.source.connect(this.node);
  }

  hush() {
    this.source?.disconnect();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }

  close() {
    this.closed = true;
    this.hush();
    return this.context.close();
  }
}

const ON_ITS_WAY_SECS = 0.3; // the worklet's start and the device, generously

/** Plays pieces of 16-bit sound as they come; `onLevel` hears how loud it is. */
export class Speaker {
  static async open(hz, onLevel) {
    const context = new AudioContext({ sampleRate: hz, latencyHint: "interactive" });
    await context.audioWorklet.addModule("speaker.worklet.js");
    return new Speaker(context, onLevel);
  }

  constructor(context, onLevel) {
    this.context = context;
    this.node = new AudioWorkletNode(context, "speaker", { numberOfInputs: 0, outputChannelCount: [1] });
    this.node.port.onmessage = ({ data }) => onLevel(data);
    this.node.connect(context.destination);
    this.unheardUntil = 0;
  }

  play(pcm) {
    const now = this.context.currentTime;
    this.unheardUntil = Math.max(now, this.unheardUntil) + pcm.length / this.context.sampleRate;
    this.node.port.postMessage(pcm, [pcm.buffer]);
  }

  clear() {
    this.unheardUntil = 0;
    this.node.port.postMessage("clear");
  }

  /** Closes once everything has been heard. */
  async finish() {
    const secs = this.unheardUntil - this.context.currentTime;
    if (secs > 0) await new Promise((heard) => setTimeout(heard, (secs + ON_ITS_WAY_SECS) * 1000));
    return this.context.close();
  }
}
