// One turn's `TurnLatency` as a waterfall: a row a stage, along one axis in milliseconds.

const KINDS = { plain: "Answer", tool: "Answer with a tool", text: "Typed", greeting: "Greeting", unprompted: "Echo spoke up" };

/** The stages of a budget, as the rows call them. */
const STAGES = {
  endpointing: "turn over", stt: "transcript", llm: "first token", text: "first clause", tts: "first audio", transport: "delivery",
  barge_in: "falling silent", greeting: "greeting", first_sound: "first sound", answer: "answer heard",
};

const known = (ms) => typeof ms === "number";

const moment = (label, kind, at) => [label, kind, at, at];

/** When another provider of a role took over, or was asked as well. */
const handovers = (turn, role) => (turn.incidents ?? [])
  .filter((each) => each.role === role)
  .map(({ provider, cause, successor, at_ms: at }) =>
    moment(`${provider} ${cause === "hedged" ? "+" : "→"} ${successor || "nobody"}`, "handover", at));

/** [label, class, from, to] in ms of every stage that happened. */
function rows(turn) {
  const [first, ...later] = turn.inferences;
  return [
    ["end of speech", "wait", 0, turn.vad_stop_ms],
    moment("transcript", "stt", turn.transcript_ms),
    ...handovers(turn, "STT"),
    moment("turn over", "wait", turn.turn_over_ms),
    ["first token", "llm", first?.asked_ms, first?.first_token_ms],
    ...handovers(turn, "LLM"),
    ...turn.tools.map((tool) => [tool.name.replaceAll("_", " "), "tool", tool.start_ms, tool.end_ms]),
    ["filler", "filler", turn.filler_ms, turn.filler_end_ms],
    ...later.map((run) => ["answer’s first token", "llm", run.asked_ms, run.first_token_ms]),
    ["first audio", "tts", turn.text_ms, turn.tts_audio_ms],
    ...handovers(turn, "TTS"),
    moment("answer heard", "answer", turn.answer_ms),
  ].filter(([, , from, to]) => known(from) && known(to));
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const ms = (value) => (known(value) ? `${Math.round(value)} ms` : "–");

function caption(turn) {
  const made = element("figcaption");
  made.append(element("strong", "", `${turn.turn ? `${turn.turn}. ` : ""}${KINDS[turn.kind] ?? turn.kind}`));
  made.append(element("span", "", `first sound ${ms(turn.first_sound_ms)}`));
  if (turn.answer_ms !== turn.first_sound_ms) made.append(element("span", "", `answer ${ms(turn.answer_ms)}`));
  if (turn.interrupted) made.append(element("span", "", known(turn.yield_ms) ? `interrupted, silent after ${ms(turn.yield_ms)}` : "interrupted"));
  made.append(...(turn.incidents ?? []).map((each) => element("span", "incident", incident(each))));
  if (turn.overspent) {
    const { stage, spent_ms: spent, over_ms: over } = turn.overspent;
    const slow = element("span", "over", `${STAGES[stage] ?? stage} ${ms(over)} over budget`);
    slow.title = `It took ${ms(spent)}; its budget is ${ms(spent - over)}.`;
    made.append(slow);
  }
  return made;
}

const CAUSES = {
  credentials: "refused the key", quota: "is out of quota", "rate limit": "is busy", unavailable: "failed", late: "was late",
  hedged: "was slow", stalled: "stopped", silent: "said nothing",
};

/** What became of a provider that failed, in words: after how long a wait, or when in the turn. */
function incident({ role, provider, cause, successor, at_ms: at, after_ms: after }) {
  const then =
    cause === "hedged" ? `${successor} was asked as well` :
    successor === provider ? "tried again" : successor ? `${successor} went on` : "nobody was left";
  const waited = known(after) && (cause === "late" || cause === "hedged");
  const when = waited ? `after ${(after / 1000).toFixed(1)} s` : `at ${ms(at)}`;
  return `${role}: ${provider} ${CAUSES[cause] ?? cause} ${when}, ${then}`;
}

/** Who served in which role, and what it cost, where anybody had to be paid. */
function served({ usages = [], cost_usd: cost }) {
  if (usages.every((usage) => usage.provider === "local")) return null;
  const names = usages.map(({ role, provider, model, ttfb_ms: first }) =>
    [role === "realtime" ? "" : role, provider, provider === "local" ? "" : model, known(first) ? ms(first) : ""].filter(Boolean).join(" "));
  const price = known(cost) ? `$${cost.toFixed(5)}` : "no price known";
  const unreported = usages.reduce((sum, usage) => sum + (usage.unreported ?? 0), 0);
  const gap = unreported ? [`not counted: ${unreported} cut off or failed`] : [];
  return element("p", "served", [...names, price, ...gap].join(" · "));
}

function row([label, kind, from, to], low, span) {
  const made = element("tr", kind);
  const name = element("th", "", label);
  name.scope = "row";
  const bar = element("span", from === to ? "bar moment" : "bar");
  bar.style.left = `${(100 * (from - low)) / span}%`;
  if (to > from) bar.style.width = `${(100 * (to - from)) / span}%`;
  const track = element("td", "track");
  track.append(bar);
  made.append(name, track, element("td", "ms", ms(to)));
  return made;
}

export function waterfall(turn) {
  const stages = rows(turn);
  const ends = stages.flatMap(([, , from, to]) => [from, to]);
  const low = Math.min(0, ...ends);
  const span = Math.max(1, ...ends) - low;
  const table = element("table", "stages");
  for (const stage of stages) {
    const made = row(stage, low, span);
    if (turn.overspent && stage[0] === STAGES[turn.overspent.stage]) made.classList.add("over");
    table.append(made);
  }
  const figure = element("figure", "turn");
  figure.append(caption(turn), table);
  const footer = served(turn);
  if (footer) figure.append(footer);
  return figure;
}
