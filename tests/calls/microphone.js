// What the page's microphone worklet makes of tones of amplitude 0.5 at a device's rate: the loudest sample of each, by hertz.
async (hz) => {
  const heard = {};
  for (const tone of [1000, 6000, 10000, 15000]) {
    const context = new OfflineAudioContext(1, hz, hz);
    await context.audioWorklet.addModule("mic.worklet.js");
    const node = new AudioWorkletNode(context, "mic", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    const frames = [];
    node.port.onmessage = ({ data }) => frames.push(data);
    const oscillator = new OscillatorNode(context, { frequency: tone });
    oscillator.connect(new GainNode(context, { gain: 0.5 })).connect(node);
    oscillator.start();
    await context.startRendering();
    while (frames.length < 49) await new Promise((later) => setTimeout(later, 10));
    const steady = frames.slice(5, 45).flatMap((frame) => [...frame]);
    heard[tone] = Math.max(...steady.map(Math.abs)) / 32768;
  }
  return heard;
}
