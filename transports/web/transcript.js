// Who said what: partial words while they are spoken, and what of Echo's words was really heard.

const TOOL_NAMES = {
  look_up_order: "Looking up the order",
  track_shipment: "Following the shipment",
  start_return: "Starting a return",
  find_appointments: "Looking for appointments",
  book_appointment: "Booking an appointment",
  cancel_appointment: "Cancelling an appointment",
  get_weather: "Checking the weather",
  talk_to_human: "Finding a person",
  end_call: "Ending the call",
};

/** Keys by which a reader leaves the end. */
const BACK = new Set(["Home", "PageUp", "ArrowUp"]);

const inWords = (name) => TOOL_NAMES[name] ?? (name ?? "a tool").replaceAll("_", " ");

export class Transcript {
  /** Writes into `list`; keeps its end in sight in `frame`, unless the reader has scrolled back. */
  constructor(list, frame) {
    this.list = list;
    this.frame = frame;
    frame.addEventListener("scroll", () => this.scrolled());
    frame.addEventListener("keydown", ({ key }) => this.turnsBack(BACK.has(key)));
    frame.addEventListener("wheel", ({ deltaY }) => this.turnsBack(deltaY < 0), { passive: true });
    this.reset();
  }

  /** A scroll is animated: words that come before its first step must not undo it. */
  turnsBack(back) {
    if (back && this.frame.scrollTop > 0) this.atEnd = false;
  }

  /** Text that becomes shorter moves it too, and leaves it at the end. */
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.frame;
    const end = scrollHeight - scrollTop - clientHeight < 2;
    if (scrollTop < this.top) this.atEnd &&= end;
    else if (end) this.atEnd = true;
    this.top = scrollTop;
  }

  follow() {
    if (this.atEnd) this.frame.scrollTop = this.frame.scrollHeight;
  }

  reset() {
    this.list.replaceChildren();
    this.atEnd = true;
    this.top = 0;
    this.partial = null;
    this.segments = new Map();
    this.tools = new Map();
  }

  add(className, speaker) {
    const item = document.createElement("li");
    item.className = className;
    const name = document.createElement("span");
    name.className = "who";
    name.textContent = speaker;
    const words = document.createElement("span");
    words.className = "words";
    item.append(name, words);
    this.list.append(item);
    this.follow();
    return words;
  }

  /** The caller's words; those not final are replaced by the next. */
  caller({ text, final }) {
    this.partial ??= this.add("caller", "You");
    this.partial.textContent = text;
    this.follow();
    this.partial.parentElement.classList.toggle("partial", !final);
    if (final) this.partial = null;
  }

  /** A clause of Echo's (RTVI `bot-output`): spoken words stand out from those still to come. */
  echo({ text, segment_id: id, will_be_spoken: aloud, spoken_status: status, spoken_progress: progress }) {
    if (!this.segments.has(id)) this.segments.set(id, this.clause());
    const [spoken, coming] = this.segments.get(id).children;
    if (!aloud || status === "completed") [spoken.textContent, coming.textContent] = [text, ""];
    else if (progress) [spoken.textContent, coming.textContent] = [progress.accumulated_text, ` ${progress.remaining_text}`];
    else coming.textContent = text;
    if (spoken.closest(".cut")) coming.textContent = ""; // told late: it will not be said any more
    this.follow();
  }

  /** A place for a clause, in the bubble of the reply it belongs to. */
  clause() {
    const last = this.list.lastElementChild;
    const goesOn = last?.classList.contains("echo") && !last.classList.contains("cut");
    const words = goesOn ? last.querySelector(".words") : this.add("echo", "Echo");
    const clause = document.createElement("span");
    const coming = document.createElement("span");
    coming.className = "coming";
    clause.append(document.createElement("span"), coming);
    words.append(clause, " ");
    return clause;
  }

  /** Nothing that was still to come will be said. */
  cutOff() {
    for (const coming of this.list.querySelectorAll(".coming")) {
      if (coming.textContent.trim()) coming.closest("li").classList.add("cut");
      coming.textContent = "";
    }
  }

  toolRuns({ tool_call_id: id, function_name: name }) {
    if (!this.tools.has(id)) this.tools.set(id, this.add("tool", "Tool"));
    this.tools.get(id).textContent = `${inWords(name)} …`;
  }

  toolEnds({ tool_call_id: id, function_name: name, cancelled }) {
    const words = this.tools.get(id);
    if (words) words.textContent = `${inWords(name)}: ${cancelled ? "cancelled" : "done"}`;
  }
}
