// Draws each canvas[data-chart] from the JSON element of that id. Colors are the
// stylesheet's, so a chart follows light and dark. The same numbers are in a table
// below each chart.
"use strict";

(() => {
  const COLORS = 10;
  const SIZES = ["B", "KiB", "MiB", "GiB", "TiB"];
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const DAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");
  // Charges of the 1st cut the axis where they are so many times any other day.
  const CUT_FROM = 1.5;
  const ROW = 15;
  const charts = [];
  const rgb = new Map();
  const probe = document.createElement("span");
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  // A CSS color as rgb(): a canvas takes no var(), and Chart.js no color-mix().
  function css(color) {
    if (!rgb.has(color)) {
      probe.style.color = color;
      document.body.append(probe);
      pixel.fillStyle = getComputedStyle(probe).color;
      probe.remove();
      pixel.fillRect(0, 0, 1, 1);
      rgb.set(color, `rgb(${pixel.getImageData(0, 0, 1, 1).data.slice(0, 3).join(", ")})`);
    }
    return rgb.get(color);
  }

  // Ten colors, then the same ten darker, then lighter: no two series look alike.
  function colorOf(series, index) {
    if (series.color) return `var(--${series.color})`;
    if (series.label === "Other") return "var(--c-other)";
    const color = `var(--c${(index % COLORS) + 1})`;
    if (index < COLORS) return color;
    const [share, with_] = index < 2 * COLORS ? [66, "--text"] : [50, "--surface"];
    return `color-mix(in oklab, ${color} ${share}%, var(${with_}))`;
  }

  // How a value of this unit is written, with so many digits after the point.
  function writer(unit, digits) {
    if (unit === "%") return (value) => `${value.toFixed(Math.min(digits, 1))}%`;
    if (unit === "bytes") return sizeText;
    if (unit === "count") return (value) => value.toLocaleString("en-US", { maximumFractionDigits: digits });
    const number = new Intl.NumberFormat("en-US", {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    });
    return (value) => {
      const sign = value < 0 ? "−" : "";
      const text = number.format(Math.abs(value));
      return sign + (unit === "USD" ? `$${text}` : `${text} ${unit}`);
    };
  }

  function sizeText(value) {
    let unit = 0;
    while (value >= 1024 && unit < SIZES.length - 1) { value /= 1024; unit += 1; }
    return `${value.toFixed(value < 10 && unit && value % 1 ? 1 : 0)} ${SIZES[unit]}`;
  }

  // As many digits as tell two ticks apart.
  function tickText(unit) {
    return (value, _, ticks) => {
      const step = ticks.length > 1 ? Math.abs(ticks[1].value - ticks[0].value) : 1;
      return writer(unit, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)))(value);
    };
  }

  // Ticks of bytes at round sizes: 1, 2, 5, 10... of the unit that the largest needs.
  function sizeStep(data) {
    const step = Math.max(...data.series.flatMap((series) => series.values), 1) / 5;
    const unit = 1024 ** Math.max(Math.floor(Math.log(step) / Math.log(1024)), 0);
    return unit * [1, 2, 5, 10, 20, 50, 100, 200, 500, 1024].find((n) => n * unit >= step);
  }

  function dayText(day, granularity, long) {
    const at = new Date(`${day}T00:00:00Z`);
    const [month, year] = [MONTHS[at.getUTCMonth()], at.getUTCFullYear()];
    if (granularity === "monthly") return `${month} ${year}`;
    const text = `${at.getUTCDate()} ${month}`;
    return long ? `${DAYS[at.getUTCDay()]} ${text} ${year}` : text;
  }

  const isMoney = (data) => !["%", "bytes", "count"].includes(data.unit);
  const isFirst = (data, index) => data.granularity === "daily" && data.labels[index].endsWith("-01");
  const hasExpected = (data) => data.expected?.some((more) => more);
  const hasMarks = (data) => data.restated?.some((change) => change !== null);

  // How high the drawing of a day reaches, of the series that are shown.
  function top(data, hidden, index) {
    const values = data.series.filter((_, at) => !hidden.has(at)).map((one) => one.values[index] ?? 0);
    return data.kind === "line" ? Math.max(...values, 0)
      : values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  }

  // The axis reaches what is still expected of a day, too.
  function highestExpected(data) {
    if (!hasExpected(data) || data.kind === "line") return undefined;
    return Math.max(...data.expected.map((more, index) => more ? top(data, new Set(), index) + more : 0));
  }

  // Where the axis is cut, so that what falls on the 1st (tax, support, fees of a whole
  // month) leaves every other day readable; undefined where it does not tower over them.
  function cutAt(data, hidden) {
    if (!isMoney(data) || data.full) return undefined;
    const tops = data.labels.map((_, index) => top(data, hidden, index));
    const highest = (first) => Math.max(...tops.filter((_, index) => isFirst(data, index) === first), 0);
    const usual = highest(false);
    if (!usual || highest(true) < CUT_FROM * usual) return undefined;
    const unit = 10 ** Math.floor(Math.log10(usual)) / 2;
    return Math.ceil((usual * 1.05) / unit) * unit;
  }

  function dataset(data, series, index) {
    const color = css(colorOf(series, index));
    const common = { label: series.label, data: series.values, backgroundColor: color };
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
      pen.fillStyle = css(colorOf(series, index));
      series.values.forEach((high, day) => {
        const low = data.series[index + 1].values[day];
        if (high === null || low === null) return;
        const [above, below] = [y.getPixelForValue(high), y.getPixelForValue(low)];
        pen.fillRect(x.getPixelForValue(day) - side, above, 2 * side, Math.max(below - above, 1));
      });
    });
    pen.restore();
  }

  // On the days that still grow, what is expected on top of what is known, hatched; of
  // lines, which have no top of their own, the ground of these days.
  function drawExpected(chart, data) {
    const { ctx: pen, chartArea: area, scales: { x, y } } = chart;
    const side = half(chart, data);
    const hidden = hiddenOf(chart);
    pen.save();
    pen.beginPath();
    pen.rect(area.left, area.top, area.width, area.height);
    pen.clip();
    pen.lineWidth = 1;
    pen.strokeStyle = css("var(--muted)");
    data.expected.forEach((more, index) => {
      if (!more) return;
      const [left, width] = [x.getPixelForValue(index) - side * 0.85, side * 1.7];
      const known = top(data, hidden, index);
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
      if (hasExpected(data)) drawExpected(chart, data);
      drawAbove(chart, data);
    },
  };

  // A click on a mark goes to the day in the list of those that were restated.
  function follow(event, _, chart) {
    const { data } = chart.options.plugins.marks;
    if (event.y > chart.chartArea.top) return;
    const index = chart.scales.x.getValueForPixel(event.x);
    if ((data.restated?.[index] ?? null) === null) return;
    const row = document.getElementById(`restated-${data.labels[index]}`)
      ?? document.getElementById("restated");
    row?.closest("details")?.setAttribute("open", "");
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
  }

  // On a phone a long name would push its amount off the tooltip.
  function shortened(item) {
    const name = item.dataset.label;
    return item.chart.width < 420 && name.length > 24 ? `${name.slice(0, 22)}…` : name;
  }

  function options(data, cut) {
    const isStacked = data.kind === "stacked";
    const [muted, line] = [css("var(--muted)"), css("var(--line)")];
    const exact = writer(data.unit, 2);
    const label = (item) => ` ${shortened(item)}: ${exact(item.raw)}`;
    const sum = (items) => isStacked && items.length > 1
      ? [`Total: ${exact(items.reduce((total, item) => total + item.raw, 0))}`] : [];
    const changed = (items) => {
      const change = items.length ? data.restated?.[items[0].dataIndex] ?? null : null;
      return change === null ? [] : [`Restated by ${change > 0 ? "+" : ""}${exact(change)}`];
    };
    const awaited = (items) => {
      const more = items.length ? data.expected?.[items[0].dataIndex] : null;
      return more ? [`Still expected: ${more > 0 ? "+" : ""}${exact(more)}`] : [];
    };
    const rows = [data.estimated.includes(true), cut, hasMarks(data)].filter(Boolean).length;
    return {
      animation: false, responsive: true, maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      layout: { padding: { top: rows * ROW } }, onClick: follow,
      scales: {
        x: {
          stacked: isStacked, grid: { display: false }, border: { color: line },
          ticks: {
            color: muted, maxRotation: 0, autoSkip: true, autoSkipPadding: 14,
            callback: (_, index) => dayText(data.labels[index], data.granularity),
          },
        },
        y: {
          stacked: isStacked, beginAtZero: true, border: { display: false }, max: cut, suggestedMax: highestExpected(data),
          grid: { color: line }, ticks: {
            color: muted, maxTicksLimit: 7, callback: tickText(data.unit),
            ...(data.unit === "bytes" && { stepSize: sizeStep(data) }),
          },
          title: {
            display: isMoney(data), color: muted,
            text: `${data.unit} per ${data.granularity === "monthly" ? "month" : "day"}`,
          },
          ...(data.unit === "%" && { suggestedMax: 100 }),
        },
      },
      plugins: {
        legend: { display: false }, marks: { data },
        tooltip: {
          backgroundColor: css("var(--surface)"), titleColor: css("var(--text)"),
          bodyColor: css("var(--text)"), footerColor: css("var(--text)"),
          borderColor: css("var(--line-strong)"), borderWidth: 1, padding: 10,
          filter: (item) => item.raw !== null && (item.raw !== 0 || !isStacked),
          itemSort: (a, b) => isStacked ? b.raw - a.raw : 0,
          callbacks: {
            title: (items) => items.length === 0 ? "" : dayText(
              data.labels[items[0].dataIndex], data.granularity, true,
            ) + (data.estimated[items[0].dataIndex] ? " (estimated)" : ""),
            label, footer: (items) => [...sum(items), ...awaited(items), ...changed(items)],
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
    chart.cut = cutAt(data, hiddenOf(chart));
    chart.options = options(data, chart.cut);
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
      swatch.className = "swatch";
      swatch.style.backgroundColor = colorOf(series, index);
      legendButton(list, [swatch, series.name ?? series.label], () => {
        const show = !chart.isDatasetVisible(index);
        chart.setDatasetVisibility(index, show);
        if (series.band) chart.setDatasetVisibility(index + 1, show);
        redraw(chart, data);
        return show;
      });
    });
    if (data.estimated.includes(true)) note(list, "Shaded: estimated, the cloud may still change these days");
    if (hasExpected(data)) note(list, "Hatched: still growing, what is expected by how much such days grew before");
    if (hasMarks(data)) note(list, "▼ restated");
    if (!chart.cut) return;
    note(list, "↑ The 1st of the month (tax, support, monthly fees) exceeds the axis; its amount is written above");
    legendButton(list, ["Cut axis"], () => {
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
    const cut = cutAt(data, new Set());
    const chart = new Chart(canvas, {
      type: data.kind === "line" ? "line" : "bar",
      data: { labels: data.labels, datasets: data.series.map((series, index) => dataset(data, series, index)) },
      options: options(data, cut),
      plugins: [marks, { id: "cut", beforeInit: (made) => { made.cut = cut; } }],
    });
    legend(document.querySelector(`[data-legend="${canvas.dataset.chart}"]`), chart, data);
    charts.push([chart, data]);
    performance.measure(`chart ${canvas.dataset.chart}`, { start: started });
  }

  function recolor() {
    rgb.clear();
    for (const [chart, data] of charts) redraw(chart, data);
  }

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.8;
  document.querySelectorAll("canvas[data-chart]").forEach(draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolor);
  addEventListener("themechange", recolor);
})();
