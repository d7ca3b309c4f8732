// Filters apply when they change, and leave what is empty out of the URL. A picker can
// be searched. Without this file the Apply button does the same.
"use strict";

(() => {
  // Fewer options are found faster by eye.
  const SEARCHABLE = 8;

  function leaveOutEmpty(form) {
    for (const field of form.elements) {
      if (field.name && field.value === "") field.disabled = true;
    }
  }

  // A relative period stays one, unless its days were changed.
  function leaveOutPeriodOrDays({ elements: { period, start, end } }) {
    if (!period?.value || !start || !end) return;
    const isOther = [start, end].some((field) => field.value !== field.defaultValue);
    for (const field of isOther ? [period] : [start, end]) field.disabled = true;
  }

  for (const form of document.querySelectorAll('form[method="get"]')) {
    form.addEventListener("submit", () => {
      leaveOutEmpty(form);
      leaveOutPeriodOrDays(form);
    });
    if (form.dataset.submit !== "on-change") continue;
    form.addEventListener("change", (event) => {
      // A picker takes several choices: it applies when it closes.
      if (!event.target.name) return;
      const isOne = event.target.matches("select") || event.target.closest(".checks");
      if (isOne) form.requestSubmit();
      else form.dataset.changed = event.target.closest(".picker") ? "yes" : "";
    });
  }

  // Only this and without this are one or the other.
  function choose(picker, box) {
    if (!box.checked) return;
    for (const other of box.closest(".picker-option").querySelectorAll("input")) {
      if (other !== box) other.checked = false;
    }
  }

  function search(picker) {
    const field = picker.querySelector(".picker-search input");
    const options = [...picker.querySelectorAll(".picker-option")];
    field.closest("label").hidden = options.length < SEARCHABLE;
    field.addEventListener("input", () => {
      const words = field.value.trim().toLowerCase();
      for (const option of options) {
        option.hidden = !option.textContent.toLowerCase().includes(words);
      }
    });
    // Enter takes the first that is found, instead of sending the form.
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const first = options.find((option) => !option.hidden);
      first?.querySelector("input").focus();
    });
  }

  for (const picker of document.querySelectorAll("details[data-picker]")) {
    picker.addEventListener("change", (event) => {
      if (event.target.closest(".picker-option")) choose(picker, event.target);
    });
    search(picker);
  }

  const pickers = document.querySelectorAll("details.picker");
  for (const picker of pickers) {
    // Those of the page's head are menus, without a form.
    if (!picker.closest("form")) continue;
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
    if (!event.persisted && navigation?.type !== "back_forward") return;
    for (const form of document.querySelectorAll('form[method="get"]')) {
      for (const field of form.elements) field.disabled = false;
      form.dataset.changed = "";
      form.reset();
    }
  });
})();
