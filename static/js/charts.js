// Draws each canvas[data-chart] from the JSON element of that id. Colors are the
// stylesheet's, so a chart follows light and dark. The same numbers are in a table
// below each chart.
"use strict";

(() => {
  const { hasExpected, highestExpected, drawExpected, expectedText } = chartExpected;
  const { css, colorsOf, forget } = chartColors;
  const { writer, tickText, sizeStep, dayText, isMoney, top, endsOf, axisTitle } = chartAxis;
  // What a panel on upright A4 is wide within its margins.
  const PAPER_PX = 660;
  const ROW = 15;
  // How near a line a click has to be.
  const NEAR = 12;
  const charts = [];

  const hasMarks = (data) => data.restated?.some((change) => change !== null);

  function dataset(data, series, index) {
    const color = css(data.colors[index]);
    const common = { label: series.label, data: series.values, backgroundColor: color, hoverBackgroundColor: color };
    if (series.band) return { ...common, pointRadius: 0, pointHoverRadius: 0, showLine: false };
    if (data.kind === "line") {
      // A day without neighbors has no line: it is a point.
      const isAlone = ({ dataIndex: at }) => [at - 1, at + 1].every((day) => (series.values[day] ?? null) === null);
      return {
        ...common, borderColor: color, borderWidth: 2, pointHoverRadius: 4, tension: 0,
        pointRadius: (point) => isAlone(point) ? 4 : 0, spanGaps: false,
      };
    }
    return {
      ...common, stack: "all", borderWidth: 0, categoryPercentage: 0.9, barPercentage: 0.95, maxBarThickness: 96,
    };
  }

  // Half the width that a day has.
  function half({ scales, chartArea: area }, data) {
    return data.labels.length > 1
      ? (scales.x.getPixelForValue(1) - scales.x.getPixelForValue(0)) / 2 : (area.right - area.left) / 2;
  }

  // The runs of days that are estimated: [first, last].
  function estimatedRuns(data) {
    const runs = [];
    data.estimated.forEach((is, index) => {
      if (!is) return;
      if (data.estimated[index - 1]) runs.at(-1)[1] = index;
      else runs.push([index, index]);
    });
    return runs;
  }

  // Behind the data: the ground of days that are estimated, and each day's interval.
  function drawBehind(chart, data) {
    const { ctx: pen, chartArea: area, scales: { x, y } } = chart;
    const side = half(chart, data);
    pen.save();
    pen.beginPath();
    pen.rect(area.left, area.top, area.width, area.height);
    pen.clip();
    pen.globalAlpha = 0.5;
    pen.fillStyle = css("var(--warn-soft)");
    for (const [first, last] of estimatedRuns(data)) {
      const left = x.getPixelForValue(first) - side;
      pen.fillRect(left, area.top, x.getPixelForValue(last) + side - left, area.height);
    }
    pen.globalAlpha = 0.22;
    data.series.forEach((series, index) => {
      if (series.band !== "upper" || !chart.isDatasetVisible(index)) return;
      pen.fillStyle = css(data.colors[index]);
      series.values.forEach((high, day) => {
        const low = data.series[index + 1].values[day];
        if (high === null || low === null) return;
        const [above, below] = [y.getPixelForValue(high), y.getPixelForValue(low)];
        pen.fillRect(x.getPixelForValue(day) - side, above, 2 * side, Math.max(below - above, 1));
      });
    });
    pen.restore();
  }

  // Above the plot, a row each: the bracket of estimated days, the amounts of days that
  // the axis cuts off, and a mark on each restated day.
  function drawAbove(chart, data) {
    const { ctx: pen, chartArea: area, scales: { x } } = chart;
    const side = half(chart, data);
    let row = 0;
    pen.save();
    pen.font = `${Chart.defaults.font.size}px ${Chart.defaults.font.family}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    const write = (text, at, color, y) => {
      const room = pen.measureText(text).width / 2;
      pen.fillStyle = css(color);
      pen.fillText(text, Math.min(Math.max(at, area.left + room), area.right - room), y);
      return at + room;
    };
    if (data.estimated.includes(true)) {
      pen.strokeStyle = css("var(--warn)");
      for (const [first, last] of estimatedRuns(data)) {
        const [left, right] = [x.getPixelForValue(first) - side + 1, x.getPixelForValue(last) + side - 1];
        const room = pen.measureText("estimated").width + 10;
        const text = room < right - left - 12;
        const middle = (left + right) / 2;
        pen.beginPath();
        pen.moveTo(left, ROW);
        pen.lineTo(left, ROW / 2);
        if (text) { pen.lineTo(middle - room / 2, ROW / 2); pen.moveTo(middle + room / 2, ROW / 2); }
        pen.lineTo(right, ROW / 2);
        pen.lineTo(right, ROW);
        pen.stroke();
        if (text) write("estimated", middle, "var(--warn)", ROW / 2);
      }
      row += ROW;
    }
    if (chart.cut) {
      let free = -Infinity;
      const amount = writer(data.unit, 0);
      data.labels.forEach((_, index) => {
        const total = top(data, hiddenOf(chart), index);
        if (total <= chart.cut) return;
        const at = x.getPixelForValue(index);
        if (data.kind === "stacked") {
          pen.strokeStyle = css("var(--surface)");
          pen.lineWidth = 3;
          pen.beginPath();
          pen.moveTo(at - Math.max(side, 4), area.top + 14);
          pen.lineTo(at + Math.max(side, 4), area.top + 8);
          pen.stroke();
        }
        const text = `↑ ${amount(total)}`;
        if (at - pen.measureText(text).width / 2 > free) free = write(text, at, "var(--text)", row + ROW / 2) + 6;
      });
    }
    pen.fillStyle = css("var(--warn)");
    data.restated?.forEach((change, index) => {
      if (change === null) return;
      const at = x.getPixelForValue(index);
      pen.beginPath();
      pen.moveTo(at - 4, area.top - 9);
      pen.lineTo(at + 4, area.top - 9);
      pen.lineTo(at, area.top - 2);
      pen.fill();
    });
    pen.restore();
  }

  const marks = {
    id: "marks",
    beforeDatasetsDraw: (chart, _, { data }) => drawBehind(chart, data),
    afterDatasetsDraw: (chart, _, { data }) => {
      drawExpected(chart, data, half(chart, data), hiddenOf(chart));
      drawAbove(chart, data);
    },
  };

  // A click on a mark goes to the day in the list of those that were restated, one on a
  // bar or line to what it is made of on that day or in that month.
  function follow(event, _, chart) {
    const { data } = chart.options.plugins.marks;
    if (event.y > chart.chartArea.top) { drill(event, chart, data); return; }
    const index = chart.scales.x.getValueForPixel(event.x);
    if ((data.restated?.[index] ?? null) === null) return;
    const row = document.getElementById(`restated-${data.labels[index]}`)
      ?? document.getElementById("restated");
    row?.closest("details")?.setAttribute("open", "");
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
  }

  // The bar or point at the pointer that leads on, if any.
  function leading(event, chart, data) {
    const isLine = data.kind === "line";
    const [found] = chart.getElementsAtEventForMode(
      event, isLine ? "nearest" : "point", { intersect: !isLine, axis: "xy" }, false,
    );
    const isNear = found && (!isLine || Math.hypot(found.element.x - event.x, found.element.y - event.y) < NEAR);
    return isNear && data.series[found.datasetIndex].drill ? found : null;
  }

  function drill(event, chart, data) {
    const found = leading(event, chart, data);
    if (!found) return;
    // The first tap shows the tooltip.
    const isTap = event.native.pointerType === "touch" && chart.tapped !== found.index;
    chart.tapped = found.index;
    if (isTap) return;
    const url = new URL(data.series[found.datasetIndex].drill, location);
    for (const name of ["period", "previous_start", "previous_end"]) url.searchParams.delete(name);
    const [start, end] = daysOf(data, found.index);
    for (const [name, value] of Object.entries({ start, end, granularity: "daily" })) url.searchParams.set(name, value);
    location.assign(url);
  }

  // The day itself, or those of the month that lie in the window: [start, end).
  function daysOf({ granularity, labels, window: [start, end] }, index) {
    const next = new Date(`${labels[index]}T00:00:00Z`);
    if (granularity === "monthly") next.setUTCMonth(next.getUTCMonth() + 1);
    else next.setUTCDate(next.getUTCDate() + 1);
    const after = next.toISOString().slice(0, 10);
    return [labels[index] > start ? labels[index] : start, after < end ? after : end];
  }

  // On a phone a long name would push its amount off the tooltip.
  function shortened(item) {
    const name = item.dataset.label;
    return item.chart.width < 420 && name.length > 24 ? `${name.slice(0, 22)}…` : name;
  }

  // What a tooltip lists of a day: the largest, as many as have room, and what is left.
  function ranked(chart, data, index) {
    const room = Math.max(Math.floor((chart.height - 90) / 17), 3);
    const shown = data.series.map((series, at) => ({ at, value: series.values[index] ?? 0 }))
      .filter(({ at, value }) => value && chart.isDatasetVisible(at))
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
    return { listed: new Set(shown.slice(0, room).map(({ at }) => at)), shown, rest: shown.slice(room) };
  }

  function options(data, ends) {
    const { max: cut } = ends;
    const isStacked = data.kind === "stacked";
    const [muted, line] = [css("var(--muted)"), css("var(--line)")];
    const exact = writer(data.unit, 2);
    const label = (item) => ` ${shortened(item)}: ${exact(item.raw)}`;
    const added = (values) => exact(values.reduce((total, { value }) => total + value, 0));
    const sum = ([item]) => {
      if (!isStacked || !item) return [];
      const { shown, rest } = ranked(item.chart, data, item.dataIndex);
      return [
        ...(rest.length ? [`${rest.length} more: ${added(rest)}`] : []),
        ...(shown.length > 1 ? [`Total: ${added(shown)}`] : []),
      ];
    };
    const changed = (items) => {
      const change = items.length ? data.restated?.[items[0].dataIndex] ?? null : null;
      return change === null ? [] : [`Restated by ${change > 0 ? "+" : ""}${exact(change)}`];
    };
    const title = axisTitle(data, ends);
    const rows = [data.estimated.includes(true), cut, hasMarks(data)].filter(Boolean).length;
    return {
      animation: false, responsive: true, maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      layout: { padding: { top: rows * ROW } }, onClick: follow,
      onHover: (event, _, chart) => {
        // What is marked has a title, and leads on too.
        chart.canvas.style.cursor = chart.canvas.title || leading(event, chart, data) ? "pointer" : "";
      },
      scales: {
        x: {
          stacked: isStacked, grid: { display: false }, border: { color: line },
          ticks: {
            color: muted, maxRotation: 0, autoSkip: true, autoSkipPadding: 14,
            callback: (_, index) => dayText(data.labels[index], data.granularity),
          },
        },
        y: {
          stacked: isStacked, beginAtZero: true, border: { display: false }, suggestedMax: highestExpected(data), ...ends,
          grid: { color: line }, ticks: {
            color: muted, maxTicksLimit: 7, includeBounds: ends.min === undefined, callback: tickText(data.unit),
            ...(data.unit === "bytes" && { stepSize: sizeStep(data) }),
          },
          title: { display: Boolean(title), color: muted, text: title },
        },
      },
      plugins: {
        legend: { display: false }, marks: { data },
        tooltip: {
          backgroundColor: css("var(--surface)"), titleColor: css("var(--text)"),
          bodyColor: css("var(--text)"), footerColor: css("var(--text)"),
          borderColor: css("var(--line-strong)"), borderWidth: 1, padding: 10,
          // Beside its day.
          yAlign: "center", caretPadding: ({ chart }) => half(chart, data) + 4,
          filter: (item) => item.raw !== null
            && (!isStacked || ranked(item.chart, data, item.dataIndex).listed.has(item.datasetIndex)),
          itemSort: (a, b) => isStacked ? b.raw - a.raw : 0,
          callbacks: {
            title: (items) => items.length === 0 ? "" : dayText(
              data.labels[items[0].dataIndex], data.granularity, true,
            ) + (data.estimated[items[0].dataIndex] ? " (estimated)" : ""),
            label, footer: (items) => [...sum(items), ...expectedText(data, items, exact), ...changed(items)],
          },
        },
      },
    };
  }

  function hiddenOf(chart) {
    return new Set(chart.data.datasets.map((_, index) => index).filter((index) => !chart.isDatasetVisible(index)));
  }

  // After a change of colors, of visible series, or of the axis.
  function redraw(chart, data) {
    data.series.forEach((series, index) => Object.assign(chart.data.datasets[index], dataset(data, series, index)));
    const ends = endsOf(data, hiddenOf(chart));
    chart.cut = ends.max;
    chart.options = options(data, ends);
    chart.update();
  }

  function legendButton(list, children, press) {
    const [item, button] = ["li", "button"].map((name) => document.createElement(name));
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    button.append(...children);
    button.addEventListener("click", () => button.setAttribute("aria-pressed", String(press())));
    item.append(button);
    list.append(item);
  }

  function legend(list, chart, data) {
    data.series.forEach((series, index) => {
      if (series.band === "lower") return;
      const swatch = document.createElement("span");
      swatch.className = series.band ? "swatch interval" : "swatch";
      swatch.style.backgroundColor = data.colors[index];
      legendButton(list, [swatch, series.name ?? series.label], () => {
        const show = !chart.isDatasetVisible(index);
        chart.setDatasetVisibility(index, show);
        if (series.band) chart.setDatasetVisibility(index + 1, show);
        redraw(chart, data);
        return show;
      });
    });
    if (data.estimated.includes(true)) note(list, "Shaded: estimated, the cloud may still change these days");
    if (hasExpected(data)) note(list, "Hatched: still expected, as earlier days grew after they were first billed");
    if (hasMarks(data)) note(list, "▼ restated");
    if (!chart.cut) return;
    note(list, "↑ The 1st of the month (tax, support, monthly fees) exceeds the axis; its amount is written above");
    if (document.body.classList.contains("wall")) return;
    legendButton(list, ["Truncated axis"], () => {
      data.full = !data.full;
      redraw(chart, data);
      return !data.full;
    });
  }

  function note(list, text) {
    const item = document.createElement("li");
    item.className = "legend-note muted";
    item.textContent = text;
    list.append(item);
  }

  function draw(canvas) {
    const started = performance.now();
    const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    data.colors = colorsOf(data);
    const ends = endsOf(data, new Set());
    const chart = new Chart(canvas, {
      type: data.kind === "line" ? "line" : "bar",
      data: { labels: data.labels, datasets: data.series.map((series, index) => dataset(data, series, index)) },
      options: options(data, ends),
      plugins: [marks, { id: "cut", beforeInit: (made) => { made.cut = ends.max; } }],
    });
    legend(document.querySelector(`[data-legend="${canvas.dataset.chart}"]`), chart, data);
    charts.push([chart, data]);
    performance.measure(`chart ${canvas.dataset.chart}`, { start: started });
  }

  function recolor() {
    forget();
    for (const [chart, data] of charts) redraw(chart, data);
  }

  // Draws what was not drawn yet, and forgets what is no longer on the page.
  function drawAll() {
    for (const [chart] of charts) if (!chart.canvas.isConnected) chart.destroy();
    charts.splice(0, charts.length, ...charts.filter(([chart]) => chart.canvas));
    const drawn = new Set(charts.map(([chart]) => chart.canvas));
    document.querySelectorAll("canvas[data-chart]").forEach((one) => drawn.has(one) || draw(one));
  }

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.8;
  drawAll();
  document.addEventListener("swapped", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolor);
  addEventListener("themechange", recolor);
  // On paper a chart of the screen would shrink with its letters.
  addEventListener("beforeprint", () => charts.forEach(([chart]) => chart.resize(Math.min(chart.width, PAPER_PX), chart.height)));
  addEventListener("afterprint", () => charts.forEach(([chart]) => chart.resize()));
})();
