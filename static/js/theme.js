// Light, dark or the system's colors: chosen in the user menu and stored in this browser
// in the format of the admin's own switch, so that both agree. Runs before first paint.
"use strict";

(() => {
  const KEY = "adminTheme";
  const FORCED = ["light", "dark"];
  const root = document.documentElement;

  // A browser that blocks storage raises on access.
  function storage() {
    try {
      return window.localStorage;
    } catch {
      return null;
    }
  }

  function chosen() {
    const stored = (storage()?.getItem(KEY) ?? "").replaceAll('"', "");
    return FORCED.includes(stored) ? stored : "auto";
  }

  function show(theme) {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    // Charts redraw in the new colors.
    window.dispatchEvent(new Event("themechange"));
  }

  function showSwitch() {
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
  // Paper is light, with its charts.
  window.addEventListener("beforeprint", () => show("light"));
  window.addEventListener("afterprint", () => show(chosen()));
  window.addEventListener("storage", () => show(chosen()));
  document.addEventListener("DOMContentLoaded", showSwitch);
})();
