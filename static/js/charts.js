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

  function css(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function colourName(series, index) {
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
    if (data.kind === "line") {
      return {
        label: series.label, data: series.values, borderColor: colour,
        backgroundColor: colour, borderWidth: 2, pointRadius: 0,
        pointHoverRadius: 4, tension: 0.2, spanGaps: false,
      };
    }
    const pattern = data.estimated.includes(true) ? hatched(colour) : colour;
    return {
      label: series.label, data: series.values, stack: "all",
      backgroundColor: data.labels.map((_, at) => data.estimated[at] ? pattern : colour),
      borderWidth: 0, categoryPercentage: 0.9, barPercentage: 0.95, maxBarThickness: 60,
    };
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
      ? `Total: ${exact(items.reduce((total, item) => total + item.raw, 0))}` : "";
    return {
      animation: false, responsive: true, maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
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
        legend: { display: false },
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
            label, footer: sum,
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
      const [item, button, swatch] = ["li", "button", "span"].map((name) => document.createElement(name));
      swatch.className = `swatch ${colourName(series, index)}`;
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.append(swatch, series.label);
      button.addEventListener("click", () => {
        const show = !chart.isDatasetVisible(index);
        chart.setDatasetVisibility(index, show);
        button.setAttribute("aria-pressed", String(show));
        chart.update();
      });
      item.append(button);
      list.append(item);
    });
    if (!data.estimated.includes(true)) return;
    const note = document.createElement("li");
    note.className = "legend-note muted";
    note.textContent = "hatched: estimated";
    list.append(note);
  }

  function draw(canvas) {
    const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const chart = new Chart(canvas, {
      type: data.kind === "line" ? "line" : "bar",
      data: { labels: data.labels, datasets: fill(data) },
      options: options(data),
    });
    legend(document.querySelector(`[data-legend="${canvas.dataset.chart}"]`), chart, data);
    charts.push([chart, data]);
  }

  function recolour() {
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
})();
