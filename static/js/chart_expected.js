// What recent days of a chart will still grow by, as the server measured on settled ones.
"use strict";

const chartExpected = (() => {
  const hasExpected = (data) => data.expected?.some((more) => more);

  // The axis reaches what is still expected of a day, too.
  function highestExpected(data) {
    if (!hasExpected(data) || data.kind === "line") return undefined;
    return Math.max(...data.expected.map((more, index) => more ? chartAxis.top(data, new Set(), index) + more : 0));
  }

  // On the days that still grow, what is expected on top of what is known, hatched; of
  // lines, which have no top of their own, the ground of these days.
  function drawExpected(chart, data, side, hidden) {
    if (!hasExpected(data)) return;
    const { ctx: pen, chartArea: area, scales: { x, y } } = chart;
    pen.save();
    pen.beginPath();
    pen.rect(area.left, area.top, area.width, area.height);
    pen.clip();
    pen.lineWidth = 1;
    pen.strokeStyle = chartColors.css("var(--muted)");
    data.expected.forEach((more, index) => {
      if (!more) return;
      const [left, width] = [x.getPixelForValue(index) - side * 0.85, side * 1.7];
      const known = chartAxis.top(data, hidden, index);
      const isBar = data.kind === "stacked" && !hidden.size;
      const above = isBar ? y.getPixelForValue(known + more) : area.top;
      const below = isBar ? y.getPixelForValue(known) : area.bottom;
      if (isBar && more > 0) pen.strokeRect(left, above, width, Math.max(below - above, 2));
      hatch(pen, left, above, width, Math.max(below - above, 2));
    });
    pen.restore();
  }

  function hatch(pen, left, above, width, height) {
    pen.save();
    pen.beginPath();
    pen.rect(left, above, width, height);
    pen.clip();
    pen.beginPath();
    for (let at = -height; at < width; at += 6) {
      pen.moveTo(left + at, above + height);
      pen.lineTo(left + at + height, above);
    }
    pen.globalAlpha = 0.45;
    pen.stroke();
    pen.restore();
  }

  // The line of a tooltip that says it.
  function expectedText(data, items, exact) {
    const more = items.length ? data.expected?.[items[0].dataIndex] : null;
    return more ? [`Still expected: ${more > 0 ? "+" : ""}${exact(more)}`] : [];
  }

  return { hasExpected, highestExpected, drawExpected, expectedText };
})();
