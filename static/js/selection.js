// A list of which several rows are selected: says how many are, and selects all of the
// page. Without this file each is selected by itself.
"use strict";

(() => {
  const BOXES = 'input[name="pick"]';
  const ALL = "[data-select-all]";
  const boxesOf = (bar) => [...bar.form.querySelectorAll(BOXES)];
  const mainsOf = (bar) => boxesOf(bar).filter((box) => !box.closest("details"));
  const bars = () => document.querySelectorAll("[data-selection]");

  function show(bar) {
    const boxes = boxesOf(bar);
    const count = boxes.filter((box) => box.checked).length;
    const all = bar.querySelector(ALL);
    const box = all.querySelector("input");
    const said = bar.querySelector("output");
    said.value = count ? `${count} selected` : said.defaultValue;
    bar.toggleAttribute("data-nothing", count === 0);
    all.hidden = false;
    box.checked = count > 0 && mainsOf(bar).every((one) => one.checked);
    box.indeterminate = count > 0 && !box.checked;
  }

  document.addEventListener("change", ({ target: field }) => {
    const bar = field.form?.querySelector("[data-selection]");
    if (!bar || !(field.matches(BOXES) || field.closest(ALL))) return;
    if (field.closest(ALL)) for (const box of mainsOf(bar)) box.checked = field.checked;
    show(bar);
  });
  // Other rows stand where the selected ones were.
  document.addEventListener("swapped", ({ detail: { isSamePage } }) => {
    for (const bar of bars()) {
      if (!isSamePage) for (const box of boxesOf(bar)) box.checked = box.defaultChecked;
      show(bar);
    }
  });
  addEventListener("pageshow", () => bars().forEach(show));
  bars().forEach(show);
})();
