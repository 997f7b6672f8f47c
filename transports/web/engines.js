// Who serves each role: one calm line, and the reasons for those who ask.

const names = (lines) => lines.map((line) => line.replace(/^.*?: (\S+).*$/, "$1"));

/** "all local, no keys", or the providers in the order of the roles. */
export function inShort(lines) {
  const providers = names(lines);
  return providers.every((name) => name === "local") ? "all local, no keys" : providers.join(", ");
}

/** Fills the `details` with the server's lines, such as "STT: local (no DEEPGRAM_API_KEY)". */
export function showEngines(details, lines) {
  details.querySelector("summary").textContent = `Engines: ${inShort(lines)}`;
  const items = lines.map((line) => Object.assign(document.createElement("li"), { textContent: line }));
  details.querySelector("ul").replaceChildren(...items);
  details.hidden = false;
  details.addEventListener("keydown", ({ key }) => { if (key === "Escape") details.open = false; });
  document.addEventListener("click", ({ target }) => { if (!details.contains(target)) details.open = false; });
}
