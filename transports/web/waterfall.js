// One turn's `TurnLatency` as a waterfall: a row a stage, along one axis in milliseconds.

const KINDS = { plain: "Answer", tool: "Answer with a tool", text: "Typed", greeting: "Greeting", unprompted: "Echo spoke up" };

const known = (ms) => typeof ms === "number";

const moment = (label, kind, at) => [label, kind, at, at];

/** [label, class, from, to] in ms of every stage that happened. */
function rows(turn) {
  const [first, ...later] = turn.inferences;
  return [
    ["end of speech", "wait", 0, turn.vad_stop_ms],
    moment("transcript", "stt", turn.transcript_ms),
    moment("turn over", "wait", turn.turn_over_ms),
    ["first token", "llm", first?.asked_ms, first?.first_token_ms],
    ...turn.tools.map((tool) => [tool.name.replaceAll("_", " "), "tool", tool.start_ms, tool.end_ms]),
    ["filler", "filler", turn.filler_ms, turn.filler_end_ms],
    ...later.map((run) => ["answer's first token", "llm", run.asked_ms, run.first_token_ms]),
    ["first audio", "tts", turn.text_ms, turn.tts_audio_ms],
    moment("answer heard", "answer", turn.answer_ms),
  ].filter(([, , from, to]) => known(from) && known(to));
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const ms = (value) => (known(value) ? `${Math.round(value)} ms` : "–");

export function waterfall(turn) {
  const figure = element("figure", "turn");
  const stages = rows(turn);
  const ends = stages.flatMap(([, , from, to]) => [from, to]);
  const [low, high] = [Math.min(0, ...ends), Math.max(1, ...ends)];
  const percent = (at) => `${(100 * (at - low)) / (high - low)}%`;

  const caption = element("figcaption", "");
  caption.append(
    element("strong", "", `${turn.turn ? `${turn.turn}. ` : ""}${KINDS[turn.kind] ?? turn.kind}`),
    element("span", "", `first sound ${ms(turn.first_sound_ms)}`),
    element("span", "", `answer ${ms(turn.answer_ms)}`),
  );
  if (turn.interrupted) caption.append(element("span", "flag", "interrupted"));
  figure.append(caption);

  const table = element("table", "stages");
  for (const [label, kind, from, to] of stages) {
    const row = element("tr", kind);
    const track = element("td", "track");
    const bar = element("span", from === to ? "bar moment" : "bar");
    bar.style.left = percent(from);
    if (to > from) bar.style.width = `${(100 * (to - from)) / (high - low)}%`;
    track.append(bar);
    row.append(element("th", "", label), track, element("td", "ms", ms(to)));
    table.append(row);
  }
  figure.append(table);
  return figure;
}
