// The page: what the buttons do, and what a call shows.

import { hasSound, Mic, MIC_GONE, microphones, micTrouble, NO_SOUND, Speaker } from "./audio.js";
import { Call, Refused } from "./call.js";
import { showEngines } from "./engines.js";
import { Transcript } from "./transcript.js";
import { waterfall } from "./waterfall.js";

const ECHO_HZ = 24000;
const LABELS = { idle: "Start talking", connecting: "Cancel", live: "Hang up" };
const FAREWELLS = {
  us: ["You hung up. Start again whenever you like.", ""],
  echo: ["Echo has ended the call. Start again whenever you like.", ""],
  server: ["The server has ended the call; it may be restarting. Start again in a moment.", "error"],
  network: ["The connection was lost, and the call has ended. Check your network and start again.", "error"],
  unopened: ["The line could not be opened. Start again; if it stays so, something on the way blocks WebSockets.", "error"],
};

const $ = (id) => document.getElementById(id);
const transcript = new Transcript($("transcript"), $("words"));
const orb = document.querySelector(".orb");
const meter = document.querySelector(".meter");
let call = null;
let mic = null;
let speaker = null;

function say(words, kind = "") {
  $("status").textContent = words;
  $("status").className = kind;
}

/** idle, connecting or live. Whoever stood on a button that is of no use then stands on the first. */
function show(state) {
  const live = state === "live";
  document.body.dataset.state = state;
  $("call-label").textContent = LABELS[state];
  $("call").classList.toggle("live", live);
  const parts = [...$("type").elements, $("mic"), $("mute")];
  const stranded = !live && parts.includes(document.activeElement);
  for (const part of parts) part.disabled = !live || (!hasSound && !$("type").contains(part));
  if (stranded) $("call").focus();
  showMute();
}

/** The button mutes a microphone that listens, and asks again for one that does not. */
function showMute() {
  const refused = mic !== null && !mic.listening;
  $("mute").textContent = refused && !$("mute").disabled ? "Try microphone again" : "Mute";
  if (mic?.listening) $("mute").setAttribute("aria-pressed", String(mic.muted));
  else $("mute").removeAttribute("aria-pressed");
}

async function listen() {
  const asked = mic;
  say("Allow the microphone when your browser asks. Or type.");
  let trouble = null;
  try {
    await asked.listen($("mic").value, () => { if (asked === mic) { showMute(); say(MIC_GONE, "warning"); } });
    await listMicrophones();
  } catch (error) {
    trouble = micTrouble(error);
  }
  if (asked !== mic) return;
  showMute();
  say(trouble ?? "Listening. Say something, and speak over Echo whenever you like.", trouble ? "warning" : "");
}

async function listMicrophones() {
  const chosen = $("mic").value;
  const options = (await microphones()).map((device) => new Option(device.label || "Microphone", device.deviceId));
  $("mic").replaceChildren(new Option("Default", ""), ...options);
  $("mic").value = options.some((option) => option.value === chosen) ? chosen : "";
}

const heard = {
  "user-input": (data) => transcript.caller(data),
  "bot-output": (data) => transcript.echo(data),
  "bot-interrupted": () => transcript.cutOff(), // what is played on is said by "interruption"
  "llm-function-call-in-progress": (data) => transcript.toolRuns(data),
  "llm-function-call-stopped": (data) => transcript.toolEnds(data),
  "server-message": (data) => data.type === "turn-latency" && showTurn(data.turn),
  error: (data) => say(`Something went wrong: ${data.error ?? data.message}`, "warning"),
};

function showTurn(turn) {
  $("turns").querySelector(".empty")?.remove();
  $("turns").prepend(waterfall(turn));
}

function showEcho(loud) {
  orb.style.transform = `scale(${0.7 + 0.9 * loud})`;
}

function showCaller(loud) {
  meter.style.transform = `scaleX(${Math.min(1, 2 * loud)})`;
}

async function openSound(dialled) {
  if (!hasSound) return [null, null];
  return Promise.all([Speaker.open(ECHO_HZ, showEcho), Mic.open((pcm) => dialled.speak(pcm), showCaller)]);
}

function follow(dialled) {
  dialled.addEventListener("open", () => { show("live"); if (mic) listen(); else say(NO_SOUND, "warning"); });
  dialled.addEventListener("audio", ({ detail }) => speaker?.play(detail));
  dialled.addEventListener("interruption", () => speaker?.clear());
  dialled.addEventListener("message", ({ detail }) => heard[detail.type]?.(detail.data ?? {}));
  dialled.addEventListener("close", ({ detail }) => { over(detail === "echo"); say(...FAREWELLS[detail]); });
}

async function start() {
  show("connecting");
  say("Connecting …");
  transcript.reset();
  $("turns").replaceChildren();
  const dialled = new Call();
  call = dialled;
  follow(dialled);
  try {
    const sound = await openSound(dialled);
    if (dialled.ended) return close(...sound);
    [speaker, mic] = sound;
    await dialled.dial();
  } catch (error) {
    if (!(error instanceof Refused)) console.error(error);
    over();
    say(error instanceof Refused ? error.message : `The call could not start: ${error.message}`, "error");
  }
}

const close = (itsSpeaker, itsMic) => Promise.all([itsMic?.close(), itsSpeaker?.finish()]);

async function over(hearTheRest = false) {
  if (!hearTheRest) speaker?.clear();
  const closed = close(speaker, mic);
  [call, mic, speaker] = [null, null, null];
  transcript.cutOff();
  show("idle");
  await closed;
  showEcho(0);
  showCaller(0);
}

$("call").addEventListener("click", () => (call ? call.hangUp() : start()));
$("mic").addEventListener("change", listen);
$("mute").addEventListener("click", () => {
  if (!mic.listening) { listen(); return; }
  mic.muted = !mic.muted;
  showMute();
  say(mic.muted ? "Muted: Echo does not hear you." : "Listening.");
});
$("type").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = $("text").value.trim();
  if (words) call?.type(words);
  $("text").value = "";
});
navigator.mediaDevices?.addEventListener?.("devicechange", listMicrophones);
window.addEventListener("offline", () => { if (call) say("This device is offline. The call goes on if the network is back in a few seconds.", "warning"); });
window.addEventListener("online", () => { if (call) say("Back online. Say something."); });

show("idle");
if (!hasSound) say(NO_SOUND, "warning");
const status = await fetch("status").then((answer) => answer.json()).catch(() => null);
if (status?.engines) showEngines($("engines"), status.engines);
