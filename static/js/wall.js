// The wall: shows one panel after another; live.js reads them again when something changed.
// Without this file all panels stand below each other.
"use strict";

(() => {
  const SHOWN_MS = 12000;
  let at = 0;

  const panels = () => [...document.querySelectorAll("[data-panel]")];

  function show(index) {
    const all = panels();
    at = all.length ? (index + all.length) % all.length : 0;
    all.forEach((panel, number) => { panel.classList.toggle("is-shown", number === at); });
    dispatchEvent(new Event("resize"));
  }

  document.body.classList.add("rotates");
  show(0);
  setInterval(() => show(at + 1), SHOWN_MS);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowRight") show(at + 1);
    if (key === "ArrowLeft") show(at - 1);
  });
  document.addEventListener("swapped", () => show(at));
  // Revoked or expired: the page says so.
  document.addEventListener("stopped", () => location.reload());
})();
