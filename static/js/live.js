// Keeps the page as it is stored now: hears from the socket when that has another version
// than the page shows, or asks where no socket gets through, and then fetches the page and
// changes what differs. Nothing changes under the hand of who types, selects or points.
"use strict";

(() => {
  const ASK_MS = 20000;
  const ASK_AT_WORK_MS = 3000;
  const LONGEST_MS = 60000;
  // Between the end of one look and the next, so that a slow page is not asked all the time.
  const PAUSE_MS = 1000;
  const BUSY_MS = 500;
  const HAND_MS = 2000;
  const MARKS = {
    live: "Live", connecting: "Connecting", reconnecting: "Reconnecting", polling: "Polling",
    away: "Database away", waiting: "New data waits", unanswered: "Server away",
    stopped: "Not updated", ended: "",
  };
  let state = "connecting";
  let page = null;
  let told = {};
  let isDue = false;
  let isEnded = false;
  let failures = 0;
  let notBefore = 0;
  let handAt = -HAND_MS;
  let lookTimer = 0;
  let askTimer = 0;

  const live = () => document.getElementById("live");
  const versions = () => JSON.parse(live().dataset.versions);
  const topics = () => Object.keys(versions());
  // Nothing of the page changes any more, or nothing that this user may watch.
  const isOver = () => "ended" in live().dataset || topics().length === 0;
  const backOff = (ms) => Math.min(LONGEST_MS, ms * 2 ** failures);

  function mark(next = state) {
    state = next;
    const shown = markOf();
    live().dataset.state = shown;
    if (live().textContent !== MARKS[shown]) live().textContent = live().title = MARKS[shown];
  }

  function markOf() {
    if (isEnded) return "stopped";
    if (isOver()) return "ended";
    if (failures > 0 && state === "polling") return "unanswered";
    return isDue && isBusy() ? "waiting" : state;
  }

  // Whether somebody selects text, has something open, or is about to press or type.
  function isBusy() {
    const main = document.getElementById("main");
    const selection = getSelection();
    if (!selection.isCollapsed && main.contains(selection.anchorNode)) return true;
    if (main.querySelector("details.picker[open], dialog[open], [popover]:popover-open")) return true;
    const isOn = main.querySelector(":is(button, input, select, textarea, summary, label):is(:hover, :focus)");
    return Boolean(isOn) && performance.now() - handAt < HAND_MS;
  }

  function compare(found, spread = 0) {
    const shown = versions();
    const isNew = Object.keys(shown).some((topic) => found[topic] && found[topic] !== shown[topic] && found[topic] !== told[topic]);
    told = { ...told, ...found };
    if (isNew) look(Math.random() * spread * 1000);
  }

  // Shows what is new, as soon as the page is seen and nobody is at it.
  function look(after) {
    isDue = true;
    clearTimeout(lookTimer);
    lookTimer = setTimeout(async () => {
      if (isEnded || document.hidden) return;
      if (isBusy()) { mark(); look(BUSY_MS); return; }
      isDue = false;
      const began = performance.now();
      const isShown = await swap.refresh(() => !isBusy());
      const now = performance.now();
      notBefore = now + Math.max(PAUSE_MS, 3 * (now - began));
      if (isShown === null) {
        isEnded = true;
        planAsking();
        document.dispatchEvent(new Event("stopped"));
      }
      else if (isShown) failures = 0;
      else if (isBusy()) look(BUSY_MS);
      else {
        failures += 1;
        look(backOff(PAUSE_MS));
      }
      mark();
    }, Math.max(after, notBefore - performance.now()));
  }

  function planAsking() {
    clearTimeout(askTimer);
    const { dataset } = live();
    if (isEnded || document.hidden || state === "live" || isOver()) return;
    askTimer = setTimeout(ask, backOff("active" in dataset ? ASK_AT_WORK_MS : ASK_MS));
  }

  async function ask() {
    // A wall's link opens no API: its page is read instead.
    if (!live().dataset.ask) { look(0); planAsking(); return; }
    try {
      const url = `${live().dataset.ask}?topics=${topics().join(",")}`;
      const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" });
      // Signed out, or a topic is no longer allowed: the page itself tells which.
      if (answer.status >= 400 && answer.status < 500) { look(0); return; }
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      isEnded = false;
      failures = 0;
      compare((await answer.json()).versions);
    } catch {
      failures += 1;
    } finally {
      mark();
      planAsking();
    }
  }

  function hear({ data }) {
    if (data.isStale) look(0);
    if (data.versions) compare(data.versions, data.spread);
    if (data.state && data.state !== state) { mark(data.state); planAsking(); }
  }

  const watch = () => page?.postMessage(isOver() ? null : topics());

  function open() {
    const { socket, script } = live().dataset;
    if (!socket) { mark("polling"); return; }
    const worker = new (globalThis.SharedWorker ?? Worker)(script, { name: socket });
    page = worker.port ?? worker;
    page.onmessage = hear;
    worker.onerror = () => { mark("polling"); planAsking(); };
    watch();
  }

  for (const kind of ["pointermove", "pointerdown", "keydown", "input"]) {
    addEventListener(kind, () => { handAt = performance.now(); }, { passive: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { planAsking(); return; }
    if (isDue) look(0);
    if (state !== "live" && !isOver()) ask();
  });
  document.addEventListener("swapped", () => { watch(); mark(); planAsking(); });
  addEventListener("pagehide", () => page?.postMessage(null));
  addEventListener("pageshow", ({ persisted }) => { if (persisted) { watch(); look(0); } });
  open();
  planAsking();
})();
