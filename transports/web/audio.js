// The caller's microphone and speaker.

export const MIC_HZ = 16000;

/** Browsers keep both from pages that came over plain http, but for those of localhost. */
export const hasSound = "AudioWorkletNode" in globalThis && navigator.mediaDevices !== undefined;

export const NO_SOUND = "This page has neither microphone nor sound, because browsers give them only to https pages and to localhost. You can type, and read what Echo says.";

export const MIC_GONE = "That microphone is gone. Choose another one, or type instead.";

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

/** 20 ms pieces of 16 kHz sound to `onPiece`; silence until `listen`, and while muted. */
export class Mic {
  static async open(onPiece) {
    const context = new AudioContext();
    await context.audioWorklet.addModule("mic.worklet.js");
    return new Mic(context, onPiece);
  }

  constructor(context, onPiece) {
    this.context = context;
    this.node = new AudioWorkletNode(context, "mic", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    this.node.port.onmessage = ({ data }) => onPiece(this.muted ? new Int16Array(data.length) : data);
    this.muted = false;
  }

  get listening() {
    return this.stream?.active === true;
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

/** How loud a piece of 16-bit sound is, 0 to 1. */
export function loudness(pcm) {
  return pcm.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0) / 32768;
}

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
    const onItsWay = this.context.outputLatency || 0.1; // unknown to some browsers
    if (secs > 0) await new Promise((heard) => setTimeout(heard, (secs + onItsWay) * 1000));
    return this.context.close();
  }
}
