// The page: what the buttons do, and what a call shows.

import { Mic, microphones, micTrouble, Speaker } from "./audio.js";
import { Call, Refused } from "./call.js";
import { Transcript } from "./transcript.js";
import { waterfall } from "./waterfall.js";

const ECHO_HZ = 24000;
const $ = (id) => document.getElementById(id);
const transcript = new Transcript($("transcript"));
let call = null;
let mic = null;
let speaker = null;

function say(words, kind = "") {
  $("status").textContent = words;
  $("status").className = kind;
}

function show(state) {
  document.body.dataset.state = state; // idle, connecting, live
  $("call-label").textContent = { idle: "Start talking", connecting: "Connecting …", live: "Hang up" }[state];
  $("call").classList.toggle("live", state === "live");
  for (const part of [$("mute"), $("mic"), ...$("type").elements]) part.disabled = state !== "live";
}

async function listen() {
  try {
    await mic.listen($("mic").value);
    await listMicrophones();
    say("Listening. Say something, and speak over Echo whenever you like.");
  } catch (error) {
    say(micTrouble(error), "warning");
  }
}

async function listMicrophones() {
  const chosen = $("mic").value;
  const options = (await microphones()).map((device) => new Option(device.label || "Microphone", device.deviceId));
  $("mic").replaceChildren(new Option("Default", ""), ...options);
  $("mic").value = chosen;
}

const heard = {
  "user-input": (data) => transcript.caller(data),
  "bot-output": (data) => transcript.echo(data),
  "bot-interrupted": () => interrupt(),
  "llm-function-call-in-progress": (data) => transcript.toolRuns(data),
  "llm-function-call-stopped": (data) => transcript.toolEnds(data),
  "server-message": (data) => data.type === "turn-latency" && showTurn(data.turn),
  error: (data) => say(`Something went wrong: ${data.error ?? data.message}`, "warning"),
};

function showTurn(turn) {
  $("turns").querySelector(".empty")?.remove();
  $("turns").prepend(waterfall(turn));
}

function interrupt() {
  speaker.clear();
  transcript.cutOff();
}

async function start() {
  show("connecting");
  say("Connecting …");
  transcript.reset();
  $("turns").replaceChildren();
  try {
    const dialled = new Call();
    call = dialled;
    [speaker, mic] = await Promise.all([
      Speaker.open(ECHO_HZ, (level) => document.body.style.setProperty("--level", level.toFixed(2))),
      Mic.open((pcm) => dialled.speak(pcm)),
    ]);
    call.addEventListener("open", () => { show("live"); listen(); });
    call.addEventListener("audio", ({ detail }) => speaker.play(detail));
    call.addEventListener("interruption", interrupt);
    call.addEventListener("message", ({ detail }) => heard[detail.type]?.(detail.data ?? {}));
    call.addEventListener("close", ({ detail }) => ended(detail));
    await call.dial();
  } catch (error) {
    if (!(error instanceof Refused)) console.error(error);
    await over();
    say(error instanceof Refused ? error.message : `The call could not start: ${error.message}`, "error");
  }
}

async function ended({ clean, byUs }) {
  await over(clean && !byUs);
  if (byUs) say("You hung up. Start again whenever you like.");
  else if (clean) say("Echo has ended the call. Start again whenever you like.");
  else say("The connection was lost, and the call has ended. Check your network and start again.", "error");
}

async function over(hearTheRest = false) {
  if (!hearTheRest) speaker?.clear();
  const closing = [mic?.close(), speaker?.finish()];
  [call, mic, speaker] = [null, null, null];
  transcript.cutOff();
  show("idle");
  $("mute").setAttribute("aria-pressed", "false");
  $("mute").textContent = "Mute";
  await Promise.all(closing);
  document.body.style.setProperty("--level", 0);
}

$("call").addEventListener("click", () => (call ? call.hangUp() : start()));
$("mic").addEventListener("change", listen);
$("mute").addEventListener("click", () => {
  mic.muted = !mic.muted;
  $("mute").setAttribute("aria-pressed", String(mic.muted));
  $("mute").textContent = mic.muted ? "Unmute" : "Mute";
  say(mic.muted ? "Muted: Echo does not hear you." : "Listening.");
});
$("type").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = $("text").value.trim();
  if (words) call.type(words);
  $("text").value = "";
});
navigator.mediaDevices?.addEventListener?.("devicechange", listMicrophones);

const status = await fetch("status").then((answer) => answer.json()).catch(() => null);
if (status?.engines) $("engines").textContent = status.engines.join(" · ");
show("idle");
