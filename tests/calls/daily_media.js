// Stands in for Daily's SDK, which the official page uses for its microphone alone, and which fetches most of itself from the
// internet. What talks to the server is as it is delivered.
const handlers = new Map();
let track;

const local = () => ({ local: true, session_id: "local", tracks: { audio: { persistentTrack: track, track, state: "playable" } } });

const call = {
  on(type, handler) { handlers.set(type, handler); return call; },
  off(type) { handlers.delete(type); return call; },
  async startCamera() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    [track] = stream.getAudioTracks();
    handlers.get("track-started")?.({ participant: local(), track, type: "audio" });
    return { camera: {}, mic: { deviceId: track.getSettings().deviceId, label: track.label }, speaker: {} };
  },
  enumerateDevices: async () => ({ devices: await navigator.mediaDevices.enumerateDevices() }),
  participants: () => (track ? { local: local() } : {}),
  localAudio: () => track?.enabled === true,
  setLocalAudio(on) { if (track) track.enabled = on; },
  async leave() { track?.stop(); },
  localVideo: () => false,
  setLocalVideo() {},
  localScreenAudio: () => false,
  localScreenVideo: () => false,
  isLocalAudioLevelObserverRunning: () => true,
};

export const t = { getCallInstance: () => undefined, createCallObject: () => call };
