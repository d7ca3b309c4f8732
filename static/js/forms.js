// Filters apply when they change, and leave what is empty out of the URL. Without
// this file the Apply button does the same.
"use strict";

(() => {
  function leaveOutEmpty(form) {
    for (const field of form.elements) {
      if (field.name && field.value === "") field.disabled = true;
    }
  }

  for (const form of document.querySelectorAll('form[method="get"]')) {
    form.addEventListener("submit", () => leaveOutEmpty(form));
    if (form.dataset.submit !== "on-change") continue;
    form.addEventListener("change", (event) => {
      // A picker takes several choices: it applies when it closes.
      const isOne = event.target.matches("select") || event.target.closest(".checks");
      if (isOne) form.requestSubmit();
      else form.dataset.changed = event.target.closest(".picker") ? "yes" : "";
    });
  }

  const pickers = document.querySelectorAll("details.picker");
  for (const picker of pickers) {
    picker.addEventListener("toggle", () => {
      const form = picker.closest("form");
      if (!picker.open && form.dataset.changed === "yes") form.requestSubmit();
    });
  }
  document.addEventListener("click", (event) => {
    for (const picker of pickers) if (!picker.contains(event.target)) picker.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const picker of document.querySelectorAll("details.picker[open]")) {
      picker.open = false;
      picker.querySelector("summary").focus();
    }
  });
  // Back from the cache of the browser shows the fields as the URL has them.
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      for (const field of document.querySelectorAll("form :disabled")) field.disabled = false;
    }
  });
})();
