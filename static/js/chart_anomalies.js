// Marks anomalies on a chart: a line on the day, and a diamond that says which it is and
// leads to it. The links below the chart do the same without a pointer.
"use strict";

(() => {
  const SIZE = 6;
  // A finger is wider than a diamond.
  const REACH = 11;

  const marksOf = (chart) => chart.options.plugins.marks?.data.anomalies ?? [];
  const place = (chart, mark) => [chart.scales.x.getPixelForValue(mark.at), chart.chartArea.top + SIZE];

  function color(chart) {
    const before = chart.canvas.style.color;
    chart.canvas.style.color = "var(--bad)";
    const found = getComputedStyle(chart.canvas).color;
    chart.canvas.style.color = before;
    return found;
  }

  function draw(chart, mark) {
    const { ctx: pen, chartArea: area } = chart;
    const [x, y] = place(chart, mark);
    pen.setLineDash([3, 3]);
    pen.beginPath();
    pen.moveTo(x, y + SIZE);
    pen.lineTo(x, area.bottom);
    pen.stroke();
    pen.beginPath();
    pen.moveTo(x, y - SIZE);
    pen.lineTo(x + SIZE, y);
    pen.lineTo(x, y + SIZE);
    pen.lineTo(x - SIZE, y);
    pen.fill();
  }

  Chart.register({
    id: "anomalies",
    afterDatasetsDraw(chart) {
      const marks = marksOf(chart);
      if (!marks.length) return;
      chart.ctx.save();
      chart.ctx.fillStyle = chart.ctx.strokeStyle = color(chart);
      for (const mark of marks) draw(chart, mark);
      chart.ctx.restore();
    },
    // Before the chart's own click, which would lead elsewhere.
    beforeEvent(chart, { event }) {
      const mark = marksOf(chart).find((one) => {
        const [x, y] = place(chart, one);
        return Math.abs(event.x - x) <= REACH && Math.abs(event.y - y) <= REACH;
      });
      if (event.type === "mousemove") chart.canvas.title = mark?.text ?? "";
      if (!mark) return true;
      if (event.type === "click") location.assign(mark.url);
      if (event.type === "mousemove") chart.canvas.style.cursor = "pointer";
      return event.type !== "click";
    },
  });
})();
