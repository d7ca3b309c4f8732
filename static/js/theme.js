// Light, dark, or as the system has it: chosen in the user's menu and kept in this
// browser, under the name and in the form of the admin's own switch, so that both
// agree. It runs before the page is drawn; without it the system's colours are shown.
"use strict";

(() => {
  const KEY = "adminTheme";
  const FORCED = ["light", "dark"];
  const root = document.documentElement;

  // A browser that keeps nothing for us refuses even to be asked.
  function storage() {
    try {
      return window.localStorage;
    } catch {
      return null;
    }
  }

  function chosen() {
    const kept = (storage()?.getItem(KEY) ?? "").replaceAll('"', "");
    return FORCED.includes(kept) ? kept : "auto";
  }

  function show(theme) {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    // Charts are drawn in colours of their own and have to be told.
    window.dispatchEvent(new Event("themechange"));
  }

  function offer() {
    const themes = document.getElementById("themes");
    if (!themes) return;
    themes.hidden = false;
    for (const input of themes.elements) input.checked = input.value === chosen();
    themes.addEventListener("change", (event) => {
      storage()?.setItem(KEY, JSON.stringify(event.target.value));
      show(event.target.value);
    });
  }

  show(chosen());
  window.addEventListener("storage", () => show(chosen()));
  document.addEventListener("DOMContentLoaded", offer);
})();
