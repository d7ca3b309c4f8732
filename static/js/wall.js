// The wall: shows one panel after another, and reads all of them again every ten seconds.
// Without this file all panels stand below each other.
"use strict";

(() => {
  const SHOWN_MS = 12000;
  const READ_MS = 10000;
  const LONGEST_MS = 300000;
  let at = 0;
  let wait = READ_MS;

  const panels = () => [...document.querySelectorAll("[data-panel]")];
  const status = () => document.getElementById("wall-status");

  function show(index) {
    const all = panels();
    at = all.length ? (index + all.length) % all.length : 0;
    all.forEach((panel, number) => { panel.classList.toggle("is-shown", number === at); });
    dispatchEvent(new Event("resize"));
  }

  async function read() {
    const isRead = await swap.refresh(() => true);
    // Revoked or expired: the page says so.
    if (isRead === null) { location.reload(); return; }
    if (isRead) show(at);
    else if (status()) status().textContent = "The server can't be reached. These figures may be old; it is tried again.";
    wait = isRead ? READ_MS : Math.min(wait * 2, LONGEST_MS);
    setTimeout(read, wait);
  }

  document.body.classList.add("rotates");
  show(0);
  setInterval(() => show(at + 1), SHOWN_MS);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowRight") show(at + 1);
    if (key === "ArrowLeft") show(at - 1);
  });
  setTimeout(read, wait);
})();
