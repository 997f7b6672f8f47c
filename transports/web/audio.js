// The caller's microphone and speaker.

export const MIC_HZ = 16000;

/** Why there is no microphone, in words for the caller. */
export function micTrouble(error) {
  if (!navigator.mediaDevices) return "Browsers give the microphone only to https pages and to localhost. You can type instead.";
  if (error.name === "NotAllowedError") return "The microphone is blocked. Allow it beside the address bar and start again, or type instead.";
  if (error.name === "NotFoundError") return "No microphone was found. Plug one in and start again, or type instead.";
  return `The microphone cannot be used (${error.name}). You can type instead.`;
}

export async function microphones() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter((device) => device.kind === "audioinput" && device.deviceId);
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

  /** Listen to that device ("" is the default one). Throws what getUserMedia throws. */
  async listen(deviceId) {
    const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    if (deviceId) wanted.deviceId = { exact: deviceId };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    this.hush();
    this.stream = stream;
    this.source = this.context.createMediaStreamSource(stream);
    this.source.connect(this.node);
  }

  hush() {
    this.source?.disconnect();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }

  close() {
    this.hush();
    return this.context.close();
  }
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
    if (secs > 0) await new Promise((heard) => setTimeout(heard, secs * 1000));
    return this.context.close();
  }
}
