// On a phone each row of a table is a card: its cells are named by their heading. Without
// this file a table is scrolled sideways.
"use strict";

(() => {
  // A calendar has cards of its own, in the stylesheet.
  const TABLES = ".scroll > table:not(.dense, .coverage)";
  const main = document.getElementById("main");

  // Only what differs, as each change is observed.
  function set(element, name, value) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  function asCards(table) {
    // A heading that is not seen names no cell of a card either.
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])]
      .map((one) => one.querySelector(".unseen") ? "" : one.textContent.trim());
    if (!heads.length || table.closest(".explanation")) return;
    for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
      // The name of a total may span the names of groups above it.
      const columns = [...row.cells].flatMap((cell) => (cell.tagName === "TH" ? Array(cell.colSpan).fill(cell) : [cell]));
      if (columns.length !== heads.length) return;
      columns.forEach((cell, at) => {
        if (cell.tagName !== "TD") return;
        set(cell, "data-label", heads[at]);
        const isEmpty = ["", "—"].includes(cell.textContent.trim()) && !cell.querySelector("input, svg, button");
        cell.toggleAttribute("data-empty", isEmpty);
      });
    }
    set(table, "data-cards", "");
  }

  function all() {
    for (const table of main.querySelectorAll(TABLES)) asCards(table);
  }

  all();
  new MutationObserver(all).observe(main, {
    childList: true, subtree: true, attributeFilter: ["data-cards"],
  });
})();
