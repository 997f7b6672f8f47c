// One call: /start, the socket, and the RTVI messages that pass over it.

import { audioFrame, decode, messageFrame } from "./wire.js";
import { MIC_HZ } from "./audio.js";

const RTVI = "2.2.0";
const PATIENCE_MS = 10_000;
const STALLED_BYTES = 2 * MIC_HZ * 2; // two seconds of sound that the network does not take

/** The call did not come about; `message` is for the caller. */
export class Refused extends Error {}

async function ticket() {
  let answer;
  try {
    answer = await fetch("start", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ transport: "websocket", body: {} }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new Refused("Echo cannot be reached. Is the server running? Then start again.");
  }
  if (answer.status === 503) {
    const wait = answer.headers.get("Retry-After");
    throw new Refused(`All lines are busy. Please try again${wait ? ` in ${wait} seconds` : " soon"}.`);
  }
  if (answer.status === 429) {
    const wait = answer.headers.get("Retry-After");
    throw new Refused(`That was often. Please try again${wait ? ` in ${wait} seconds` : " soon"}.`);
  }
  if (!answer.ok) throw new Refused(`Echo could not take the call (HTTP ${answer.status}).`);
  return answer.json();
}

/** Who ended a call that was open, by the code it was closed with. */
function whoClosed(code) {
  if (code === 1000) return "echo";
  return code === 1006 ? "network" : "server";
}

/**
 * Events: "open", "audio" (detail: Int16Array), "interruption", "message" (detail: an RTVI message),
 * and once "close" (detail: "us", "echo", "server", "network", or "unopened").
 */
export class Call extends EventTarget {
  /** Rejects with `Refused` when the server does not grant a call. */
  async dial() {
    if (this.ended) return;
    const { wsUrl, token } = await ticket();
    if (this.ended) return;
    const url = new URL(wsUrl);
    url.searchParams.set("token", token);
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => this.hear(decode(data));
    this.socket.onclose = ({ code }) => this.end(this.opened ? whoClosed(code) : "unopened");
    this.socket.onopen = () => {
      this.opened = true;
      this.send("client-ready", { version: RTVI, about: { library: "echo-page" } });
      this.tell("open");
    };
    setTimeout(() => { if (!this.opened) this.end("unopened"); }, PATIENCE_MS);
  }

  hear({ audio, message, interruption }) {
    if (this.ended) return;
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

  /** A network that is gone without a word is noticed, in time, by what piles up here. */
  speak(pcm) {
    if (!this.open) return;
    if (this.socket.bufferedAmount > STALLED_BYTES) this.end("network");
    else this.socket.send(audioFrame(pcm, MIC_HZ));
  }

  type(words) {
    this.send("send-text", { content: words, options: { run_immediately: true, audio_response: true } });
  }

  send(type, data) {
    if (this.open) this.socket.send(messageFrame({ label: "rtvi-ai", type, id: crypto.randomUUID?.() ?? String(Math.random()), data }));
  }

  hangUp() {
    this.end("us");
  }

  end(by) {
    if (this.ended) return;
    this.ended = true;
    this.socket?.close(1000);
    this.tell("close", by);
  }
}
