// A list of which several rows are selected: says how many are, and selects all of the
// page. Without this file each is selected by itself.
"use strict";

(() => {
  for (const bar of document.querySelectorAll("[data-selection]")) {
    const boxes = [...bar.form.querySelectorAll('input[name="pick"]')];
    const mains = boxes.filter((box) => !box.closest("details"));
    const said = bar.querySelector("output");
    const nothing = said.textContent;
    const label = bar.querySelector("[data-select-all]");
    const all = label.querySelector("input");

    const show = () => {
      const count = boxes.filter((box) => box.checked).length;
      bar.toggleAttribute("data-nothing", count === 0);
      said.textContent = count ? `${count} selected` : nothing;
      all.checked = mains.every((box) => box.checked);
      all.indeterminate = count > 0 && !all.checked;
    };

    label.hidden = false;
    all.addEventListener("change", () => {
      for (const box of mains) box.checked = all.checked;
      show();
    });
    for (const box of boxes) box.addEventListener("change", show);
    addEventListener("pageshow", show);
    show();
  }
})();
