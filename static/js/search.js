// The search of the header: opens by Ctrl+K, asks while one types, and is walked by the
// arrow keys. Without this file its button leads to the page of the search.
"use strict";

(() => {
  // Shorter than between two keys, it would ask for every letter.
  const PAUSE_MS = 150;
  const dialog = document.getElementById("search");
  if (!dialog) return;
  const field = dialog.querySelector("input");
  const hits = dialog.querySelector("ul");
  const status = dialog.querySelector("[role=status]");
  let timer = 0;
  let asked = new AbortController();
  let shown = "";

  function open(event) {
    event.preventDefault();
    if (!dialog.open) dialog.showModal();
    field.select();
  }

  function line(hit) {
    const link = document.createElement("a");
    link.href = hit.url;
    for (const [name, text] of [["", hit.name], ["muted", hit.detail], ["badge", hit.kind]]) {
      const part = link.appendChild(document.createElement("span"));
      part.className = name;
      part.textContent = text;
    }
    const item = document.createElement("li");
    item.append(link);
    return item;
  }

  function show(text, found) {
    shown = text;
    hits.replaceChildren(...found.map(line));
    if (!text) status.textContent = "";
    else if (!found.length) status.textContent = "Nothing has this name.";
    else status.textContent = found.length === 1 ? "1 result" : `${found.length} results`;
  }

  async function ask(text) {
    asked.abort();
    asked = new AbortController();
    const url = `${dialog.dataset.url}?q=${encodeURIComponent(text)}`;
    try {
      const answer = await fetch(url, { signal: asked.signal, headers: { accept: "application/json" } });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      show(text, await answer.json());
    } catch (error) {
      if (error.name === "AbortError") return;
      show("", []);
      status.textContent = "Search is unavailable. Press Enter to try again.";
    }
  }

  field.addEventListener("input", () => {
    const text = field.value.trim();
    clearTimeout(timer);
    if (text) timer = setTimeout(() => ask(text), PAUSE_MS);
    else show("", []);
  });

  // Enter opens the first of what is shown for this text, else the page of the search.
  dialog.querySelector("form").addEventListener("submit", (event) => {
    const first = hits.querySelector("a");
    if (!first || shown !== field.value.trim()) return;
    event.preventDefault();
    first.click();
  });

  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [field, ...hits.querySelectorAll("a")];
    const next = stops.indexOf(document.activeElement) + step;
    stops[(next + stops.length) % stops.length].focus();
  });

  document.querySelector("[data-search]").addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    const isShortcut = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    if (isShortcut && !event.altKey && !event.shiftKey) open(event);
  });
})();
