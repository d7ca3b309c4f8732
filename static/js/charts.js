// Draws each canvas[data-chart] from the JSON element of that id. Colours are the
// stylesheet's, so a chart follows light and dark. The same numbers are in a table
// below each chart.
"use strict";

(() => {
  const COLOURS = 10;
  const SIZES = ["B", "KiB", "MiB", "GiB", "TiB"];
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const DAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");
  const charts = [];
  const colours = new Map();
  const probe = document.createElement("span");

  // A colour of the stylesheet as rgb(): a canvas takes neither var() nor light-dark().
  function css(name) {
    if (!colours.has(name)) {
      probe.style.color = `var(${name})`;
      document.body.append(probe);
      colours.set(name, getComputedStyle(probe).color);
      probe.remove();
    }
    return colours.get(name);
  }

  function colourName(series, index) {
    if (series.colour) return series.colour;
    return series.label === "Other" || index >= COLOURS ? "c-other" : `c${index + 1}`;
  }

  // How a value of this unit is written: whole on an axis, exact in a tooltip.
  function writer(unit, digits) {
    if (unit === "%") return (value) => `${value.toFixed(digits ? 1 : 0)} %`;
    if (unit === "bytes") return sizeText;
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

  // Days that the cloud may still change are hatched.
  function hatched(colour) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.globalAlpha = 0.6;
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 8, 8);
    pen.globalAlpha = 1;
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    for (const x of [-4, 4, 12]) { pen.moveTo(x - 4, 8); pen.lineTo(x + 4, 0); }
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  }

  function dataset(data, series, index) {
    const colour = css(`--${colourName(series, index)}`);
    if (series.band) return band(series, colour);
    if (data.kind === "line") {
      // What leads to a day that may still change is dashed; a day alone is a point.
      const dash = (part) => data.estimated[part.p1DataIndex] ? [4, 4] : undefined;
      return {
        label: series.label, data: series.values, borderColor: colour,
        backgroundColor: colour, borderWidth: 2, pointRadius: data.labels.length > 1 ? 0 : 4,
        pointHoverRadius: 4, tension: 0.2, spanGaps: false, segment: { borderDash: dash },
      };
    }
    const pattern = data.estimated.includes(true) ? hatched(colour) : colour;
    return {
      label: series.label, data: series.values, stack: "all",
      backgroundColor: data.labels.map((_, at) => data.estimated[at] ? pattern : colour),
      borderWidth: 0, categoryPercentage: 0.9, barPercentage: 0.95, maxBarThickness: 96,
    };
  }

  // The upper edge of an interval, filled down to its lower one, which comes next.
  function band(series, colour) {
    const [red, green, blue] = colour.match(/[\d.]+/g);
    return {
      label: series.label, data: series.values, borderWidth: 0, pointRadius: 0,
      pointHoverRadius: 0, tension: 0.2, fill: series.band === "upper" ? "+1" : false,
      backgroundColor: `rgba(${red}, ${green}, ${blue}, 0.2)`,
    };
  }

  // A mark above each day that was restated; it leads to what it was.
  const marks = {
    id: "marks",
    afterDatasetsDraw(chart, _, { data }) {
      if (!data.restated) return;
      const { ctx: pen, chartArea: area, scales } = chart;
      pen.save();
      pen.fillStyle = css("--warn");
      data.restated.forEach((change, index) => {
        if (change === null) return;
        const x = scales.x.getPixelForValue(index);
        pen.beginPath();
        pen.moveTo(x - 4, area.top - 9);
        pen.lineTo(x + 4, area.top - 9);
        pen.lineTo(x, area.top - 2);
        pen.fill();
      });
      pen.restore();
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
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
  }

  // On a phone a long name would push its amount off the tooltip.
  function shortened(item) {
    const name = item.dataset.label;
    return item.chart.width < 420 && name.length > 24 ? `${name.slice(0, 22)}…` : name;
  }

  function options(data) {
    const isStacked = data.kind === "stacked";
    const [muted, line] = [css("--muted"), css("--line")];
    const [axis, exact] = [writer(data.unit, 0), writer(data.unit, 2)];
    const label = (item) => ` ${shortened(item)}: ${exact(item.raw)}`;
    const sum = (items) => isStacked && items.length > 1
      ? [`Total: ${exact(items.reduce((total, item) => total + item.raw, 0))}`] : [];
    const changed = (items) => {
      const change = items.length ? data.restated?.[items[0].dataIndex] ?? null : null;
      return change === null ? [] : [`Restated by ${change > 0 ? "+" : ""}${exact(change)}`];
    };
    const hasMarks = data.restated?.some((change) => change !== null);
    return {
      animation: false, responsive: true, maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      layout: { padding: { top: hasMarks ? 12 : 0 } }, onClick: follow,
      scales: {
        x: {
          stacked: isStacked, grid: { display: false }, border: { color: line },
          ticks: {
            color: muted, maxRotation: 0, autoSkip: true, autoSkipPadding: 14,
            callback: (_, index) => dayText(data.labels[index], data.granularity),
          },
        },
        y: {
          stacked: isStacked, beginAtZero: true, border: { display: false },
          grid: { color: line }, ticks: {
            color: muted, maxTicksLimit: 7, callback: axis,
            ...(data.unit === "bytes" && { stepSize: sizeStep(data) }),
          },
          ...(data.unit === "%" && { suggestedMax: 100 }),
        },
      },
      plugins: {
        legend: { display: false }, marks: { data },
        tooltip: {
          backgroundColor: css("--surface"), titleColor: css("--text"),
          bodyColor: css("--text"), footerColor: css("--text"),
          borderColor: css("--line-strong"), borderWidth: 1, padding: 10,
          filter: (item) => item.raw !== null && (item.raw !== 0 || !isStacked),
          itemSort: (a, b) => isStacked ? b.raw - a.raw : 0,
          callbacks: {
            title: (items) => items.length === 0 ? "" : dayText(
              data.labels[items[0].dataIndex], data.granularity, true,
            ) + (data.estimated[items[0].dataIndex] ? " (estimated)" : ""),
            label, footer: (items) => [...sum(items), ...changed(items)],
          },
        },
      },
    };
  }

  function fill(data) {
    return data.series.map((series, index) => dataset(data, series, index));
  }

  function legend(list, chart, data) {
    data.series.forEach((series, index) => {
      if (series.band === "lower") return;
      const [item, button, swatch] = ["li", "button", "span"].map((name) => document.createElement(name));
      swatch.className = `swatch ${colourName(series, index)}`;
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.append(swatch, series.name ?? series.label);
      button.addEventListener("click", () => {
        const show = !chart.isDatasetVisible(index);
        chart.setDatasetVisibility(index, show);
        if (series.band) chart.setDatasetVisibility(index + 1, show);
        button.setAttribute("aria-pressed", String(show));
        chart.update();
      });
      item.append(button);
      list.append(item);
    });
    const estimated = data.kind === "line" ? "dashed: estimated" : "hatched: estimated";
    if (data.estimated.includes(true)) note(list, estimated);
    if (data.restated?.some((change) => change !== null)) note(list, "▼ restated");
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
    const chart = new Chart(canvas, {
      type: data.kind === "line" ? "line" : "bar",
      data: { labels: data.labels, datasets: fill(data) },
      options: options(data),
      plugins: [marks],
    });
    legend(document.querySelector(`[data-legend="${canvas.dataset.chart}"]`), chart, data);
    charts.push([chart, data]);
    performance.measure(`chart ${canvas.dataset.chart}`, { start: started });
  }

  function recolour() {
    colours.clear();
    for (const [chart, data] of charts) {
      fill(data).forEach((fresh, index) => Object.assign(chart.data.datasets[index], fresh));
      chart.options = options(data);
      chart.update();
    }
  }

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.8;
  document.querySelectorAll("canvas[data-chart]").forEach(draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
  addEventListener("themechange", recolour);
})();
