// One call: /start, the socket, and the RTVI messages that pass over it.

import { audioFrame, decode, messageFrame } from "./wire.js";
import { MIC_HZ } from "./audio.js";

const RTVI = "2.2.0";

/** The server said no; `message` is for the caller. */
export class Refused extends Error {}

async function ticket() {
  let answer;
  try {
    answer = await fetch("start", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ transport: "websocket", body: {} }),
    });
  } catch {
    throw new Refused("Echo cannot be reached. Is the server running? Then start again.");
  }
  if (answer.status === 503) {
    const wait = answer.headers.get("Retry-After");
    throw new Refused(`All lines are busy. Please try again${wait ? ` in ${wait} seconds` : " soon"}.`);
  }
  if (!answer.ok) throw new Refused(`Echo could not take the call (HTTP ${answer.status}).`);
  return answer.json();
}

/**
 * Events: "open", "audio" (detail: Int16Array), "interruption", "message" (detail: an RTVI message),
 * "close" (detail: { clean, byUs }).
 */
export class Call extends EventTarget {
  async dial() {
    const { wsUrl, token } = await ticket();
    const url = new URL(wsUrl);
    url.searchParams.set("token", token);
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => this.hear(decode(data));
    this.socket.onclose = ({ code }) => this.tell("close", { clean: code === 1000, byUs: this.hungUp === true });
    this.socket.onopen = () => {
      this.send("client-ready", { version: RTVI, about: { library: "echo-page" } });
      this.tell("open");
    };
  }

  hear({ audio, message, interruption }) {
    if (audio) this.tell("audio", audio);
    else if (message?.label === "rtvi-ai") this.tell("message", message);
    else if (interruption) this.tell("interruption");
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  get open() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  speak(pcm) {
    if (this.open) this.socket.send(audioFrame(pcm, MIC_HZ));
  }

  type(words) {
    this.send("send-text", { content: words, options: { run_immediately: true, audio_response: true } });
  }

  send(type, data) {
    if (this.open) this.socket.send(messageFrame({ label: "rtvi-ai", type, id: crypto.randomUUID?.() ?? String(Math.random()), data }));
  }

  hangUp() {
    this.hungUp = true;
    this.socket?.close(1000);
  }
}
