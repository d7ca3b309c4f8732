// While something is at work, asks for what changed and puts it into the page. #live
// tells what to ask for, and whether anything is at work; each [data-part] of the answer
// changes the one of the same id. Without this file the page is right when it is loaded.
"use strict";

(() => {
  const EVERY_MS = 3000;
  const LONGEST_MS = 60000;
  let timer = 0;
  let wait = EVERY_MS;

  const live = () => document.getElementById("live");

  async function fetched(url) {
    const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" });
    if (answer.redirected || (answer.status >= 400 && answer.status < 500)) return null;
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  function show(found) {
    const fresh = [...found.querySelectorAll("[data-part]")];
    swap.change(fresh.map((one) => [document.getElementById(one.id), one]).filter(([old]) => old));
  }

  // Answers whether to go on: not when signed out, or when the page is no longer there.
  async function refresh(url) {
    const found = await fetched(url);
    if (found) show(found);
    return Boolean(found);
  }

  async function look() {
    const { live: url, state } = live().dataset;
    try {
      let goOn = await refresh(url);
      // A run began or ended: what else it changed is on the page itself.
      if (goOn && live().dataset.state !== state) goOn = await refresh(location.href);
      if (!goOn) return;
      wait = EVERY_MS;
    } catch {
      wait = Math.min(wait * 2, LONGEST_MS);
    }
    plan(wait);
  }

  function plan(after) {
    clearTimeout(timer);
    if (document.hidden || !("active" in live().dataset)) return;
    timer = setTimeout(look, after);
  }

  if (!live()) return;
  document.addEventListener("visibilitychange", () => plan(0));
  plan(EVERY_MS);
})();
