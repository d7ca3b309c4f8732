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
  // Coming back, a browser fills in what was chosen last; the fields follow the URL.
  addEventListener("pageshow", (event) => {
    const [navigation] = performance.getEntriesByType("navigation");
    if (!event.persisted && navigation.type !== "back_forward") return;
    for (const form of document.querySelectorAll('form[method="get"]')) {
      for (const field of form.elements) field.disabled = false;
      form.dataset.changed = "";
      form.reset();
    }
  });
})();
