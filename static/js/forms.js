// Filters apply when they are chosen: at once by pointer, with Enter or on leaving the
// field by keyboard, a search while it is typed, and a picker when it closes. What is
// empty or the default stays out of the address. Without this file the Apply button
// does the same.
"use strict";

(() => {
  const TYPED_MS = 400;
  const EDGE = 8;
  // The field that keys change, one value after another; and the one typed into last.
  let stepped = null;
  let typed = null;
  let timer = 0;

  const filtersOf = (field) => field.closest?.('form[data-submit="on-change"]') ?? null;

  // A relative period stays one, unless its days were changed.
  function leaveOutPeriodOrDays({ elements: { period, start, end } }, formData) {
    if (!period?.value || !start || !end) return;
    const isOther = [start, end].some((field) => field.value !== field.defaultValue);
    for (const name of isOther ? ["period"] : ["start", "end"]) formData.delete(name);
  }

  document.addEventListener("formdata", ({ target: form, formData }) => {
    if (form.method !== "get") return;
    leaveOutPeriodOrDays(form, formData);
    for (const name of new Set(formData.keys())) {
      const values = formData.getAll(name).filter((value) => value !== "");
      const [first] = [form.elements[name]].flatMap((found) => found.dataset ? found : [...found]);
      formData.delete(name);
      if (values.join() === first.dataset.default) continue;
      for (const value of values) formData.append(name, value);
    }
  });

  // What is wrong with the days of a range; empty where nothing is.
  function faultOf([start, end]) {
    const fields = [start, end];
    if (fields.some((field) => field.validity.badInput)) return "Enter a complete date.";
    const outside = fields.find(({ validity: { rangeUnderflow, rangeOverflow } }) => rangeUnderflow || rangeOverflow);
    if (outside) return `Choose days from ${outside.min} to ${outside.max}.`;
    return start.value && end.value && start.value >= end.value ? "From must be before To (exclusive)." : "";
  }

  // Says beside each date range of the form what is wrong with it.
  function isValid(form) {
    return [...form.querySelectorAll(".dates")].every((range) => {
      const fields = [...range.querySelectorAll("input")];
      const fault = faultOf(fields);
      range.querySelector(".field-error").textContent = fault;
      for (const field of fields) field.ariaInvalid = String(Boolean(fault));
      return !fault;
    });
  }

  function apply(form, goesOn = false) {
    clearTimeout(timer);
    form.isChanged = !isValid(form);
    if (form.isChanged) return;
    const query = new URLSearchParams(new FormData(form)).toString();
    const url = new URL(form.action);
    url.search = query;
    swap.go(url, goesOn);
  }

  document.addEventListener("submit", (event) => {
    const form = filtersOf(event.target);
    if (!form) return;
    event.preventDefault();
    apply(form);
  });
  // Instead of the browser's own bubble.
  document.addEventListener("invalid", (event) => {
    const form = filtersOf(event.target);
    if (!form) return;
    event.preventDefault();
    isValid(form);
  }, true);

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    const form = filtersOf(field);
    if (!form || !field.matches("select, input[type=date]")) return;
    // Space opens a select, whose choice is then as good as a click.
    stepped = [" ", "Enter", "Tab"].includes(event.key) || event.altKey ? null : field;
    if (event.key !== "Enter" || !form.isChanged) return;
    // It would open the select.
    event.preventDefault();
    apply(form);
  });
  document.addEventListener("pointerdown", () => { stepped = null; });

  document.addEventListener("change", (event) => {
    const field = event.target;
    const form = filtersOf(field);
    if (!form || !field.name) return;
    if (field.closest(".picker-option")) choose(field);
    if (field === stepped || field.closest(".picker")) form.isChanged = true;
    else apply(form, field === typed);
  });
  document.addEventListener("focusout", ({ target: field }) => {
    const form = filtersOf(field);
    typed = null;
    if (form?.isChanged && !field.closest(".picker")) apply(form);
    else if (form && field.matches("input[type=date]")) isValid(form);
  });

  document.addEventListener("input", ({ target: field }) => {
    if (field.matches(".picker-search input")) search(field);
    const form = filtersOf(field);
    if (!form || field.type !== "search" || !field.name) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      apply(form, field === typed);
      typed = field;
    }, TYPED_MS);
  });

  // Only this and without this are one or the other.
  function choose(box) {
    if (!box.checked) return;
    for (const other of box.closest(".picker-option").querySelectorAll("input")) {
      if (other !== box) other.checked = false;
    }
  }

  const optionsBeside = (field) => [...field.closest(".picker").querySelectorAll(".picker-option")];

  function search(field) {
    const words = field.value.trim().toLowerCase();
    for (const option of optionsBeside(field)) {
      option.hidden = !option.textContent.toLowerCase().includes(words);
    }
  }

  // Enter takes the first that is found, instead of sending the form.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".picker-search input")) return;
    event.preventDefault();
    optionsBeside(event.target).find((option) => !option.hidden)?.querySelector("input").focus();
  });

  // Moves an open menu onto the screen.
  function place(menu) {
    menu.style.translate = "";
    const { left, right } = menu.getBoundingClientRect();
    const room = document.documentElement.clientWidth - EDGE;
    menu.style.translate = `${Math.max(EDGE - left, Math.min(0, room - right))}px`;
    menu.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("toggle", ({ target: picker }) => {
    if (!picker.matches("details.picker")) return;
    if (picker.open) { place(picker.querySelector("summary + *")); return; }
    const found = picker.querySelector(".picker-search input");
    if (found?.value) { found.value = ""; search(found); }
    if (filtersOf(picker)?.isChanged) apply(filtersOf(picker));
  }, true);
  document.addEventListener("click", (event) => {
    for (const picker of document.querySelectorAll("details.picker[open]")) {
      const isApply = picker.contains(event.target) && event.target.closest("[type=submit]");
      if (isApply || !picker.contains(event.target)) picker.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const picker of document.querySelectorAll("details.picker[open]")) {
      picker.open = false;
      picker.querySelector("summary").focus();
    }
  });
  // What is wrong and was not applied is still there after an answer to what was.
  document.addEventListener("swapped", () => {
    for (const form of document.querySelectorAll("form[data-submit]")) if (form.isChanged) isValid(form);
  });
  // Coming back, a browser fills in what was chosen last; the fields follow the address.
  addEventListener("pageshow", (event) => {
    const [navigation] = performance.getEntriesByType("navigation");
    if (!event.persisted && navigation?.type !== "back_forward") return;
    for (const form of document.querySelectorAll('form[method="get"]')) {
      form.isChanged = false;
      form.reset();
    }
  });
})();
