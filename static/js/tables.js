// Sorts a table[data-sortable] where it stands, and keeps its order in the URL. Each
// heading's link asks the server for the same, and is all there is without this file.
"use strict";

(() => {
  // Numbers start with the largest, names with A; a second time turns it round.
  function next(head) {
    const first = head.matches(".number") ? "descending" : "ascending";
    const turned = first === "descending" ? "ascending" : "descending";
    return head.getAttribute("aria-sort") === first ? turned : first;
  }

  function compare(a, b, isNumber) {
    if (isNumber) return Number(a) - Number(b);
    return a < b ? -1 : Number(a > b);
  }

  function sort(table, index, direction, isNumber) {
    const [body] = table.tBodies;
    const sign = direction === "descending" ? -1 : 1;
    const value = (row) => row.cells[index].dataset.value;
    const rows = [...body.rows].sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      // "Other" is the last, and what is unknown comes after what is known.
      const last = ("last" in one.dataset) - ("last" in other.dataset) || (a === "") - (b === "");
      return last || sign * compare(a, b, isNumber);
    });
    body.append(...rows);
  }

  // The page's own URL, its form and its files follow the order.
  function remember(order) {
    const url = new URL(location.href);
    url.searchParams.set("sort", order);
    history.replaceState(history.state, "", url);
    for (const field of document.querySelectorAll('input[name="sort"]')) field.defaultValue = order;
    for (const link of document.querySelectorAll("a[data-follows-url]")) {
      const target = new URL(link.href);
      target.searchParams.set("sort", order);
      link.href = target;
    }
  }

  for (const table of document.querySelectorAll("table[data-sortable]")) {
    table.tHead.addEventListener("click", (event) => {
      const link = event.target.closest("a.sort");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const head = link.closest("th");
      const direction = next(head);
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", direction);
      sort(table, head.cellIndex, direction, head.matches(".number"));
      remember((direction === "descending" ? "-" : "") + head.dataset.column);
    });
  }
})();
