// Lines of links that a narrow screen cuts begin with the current one in sight. Without
// this file they are scrolled by hand.
"use strict";

(() => {
  function showCurrent() {
    for (const line of document.querySelectorAll(".places, .section-pages, .ranges")) {
      const current = line.querySelector("[aria-current]");
      if (!current || line.scrollWidth <= line.clientWidth) continue;
      const [outer, inner] = [line, current].map((one) => one.getBoundingClientRect());
      line.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
    }
  }

  showCurrent();
  document.addEventListener("swapped", showCurrent);
})();
