// How values and days of a chart are written, and where its axis begins and ends.
"use strict";

const chartAxis = (() => {
  const SIZES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const DAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");
  // Charges of the 1st cut the axis where they are so many times any other day.
  const CUT_FROM = 1.5;
  // Credits of less than this share of the highest day do not stretch the axis.
  const SMALL_SHARE = 0.1;
  // Where an axis of percent ends, so that an idle line has a shape.
  const PERCENT_ENDS = [5, 10, 25, 50, 100];

  // How a value of this unit is written, with so many digits after the point.
  function writer(unit, digits) {
    if (unit === "%") return (value) => `${value.toFixed(Math.min(digits, 1))}%`;
    if (unit === "bytes") return (value) => sizeText(value, sizeUnit(value));
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

  // Of SIZES the largest that the value has one of.
  function sizeUnit(value) {
    const unit = Math.floor(Math.log(Math.max(value, 1)) / Math.log(1024));
    return Math.min(unit, SIZES.length - 1);
  }

  function sizeText(value, unit) {
    const amount = value / 1024 ** unit;
    return `${amount.toFixed(amount < 10 && amount % 1 ? 1 : 0)} ${SIZES[unit]}`;
  }

  // As many digits as tell two ticks apart.
  function tickText(unit) {
    return (value, _, ticks) => {
      if (unit === "bytes") return sizeText(value, sizeUnit(Math.max(...ticks.map((one) => one.value))));
      const step = ticks.length > 1 ? Math.abs(ticks[1].value - ticks[0].value) : 1;
      return writer(unit, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)))(value);
    };
  }

  // Ticks of bytes at round sizes: 1, 2, 5, 10... of the unit that the largest needs.
  function sizeStep(data) {
    const largest = Math.max(...data.series.flatMap((series) => series.values), 1);
    const size = 1024 ** sizeUnit(largest);
    const steps = [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
    return size * steps.find((n) => n * size >= largest / 5 && (n >= 1 || size > 1));
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

  // How high the drawing of a day reaches, of the series that are shown.
  function top(data, hidden, index) {
    const values = data.series.filter((_, at) => !hidden.has(at)).map((one) => one.values[index] ?? 0);
    return data.kind === "line" ? Math.max(...values, 0)
      : values.reduce((sum, value) => sum + Math.max(value, 0), 0);
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

  // How low bars or lines reach: the sum of a day's credits, of the series that are shown.
  function bottom(data, hidden, index) {
    const values = data.series.filter((_, at) => !hidden.has(at)).map((one) => one.values[index] ?? 0);
    return data.kind === "line" ? Math.min(...values, 0)
      : values.reduce((sum, value) => sum + Math.min(value, 0), 0);
  }

  // The ends of the axis that are not left to the ticks.
  function endsOf(data, hidden) {
    const days = data.labels.map((_, index) => index);
    const highest = Math.max(...days.map((index) => top(data, hidden, index)), 0);
    const lowest = Math.min(...days.map((index) => bottom(data, hidden, index)), 0);
    if (data.unit === "%") return { suggestedMax: PERCENT_ENDS.find((end) => highest <= 0.8 * end) ?? 100 };
    const max = cutAt(data, hidden);
    return { max, ...(lowest < 0 && -lowest < SMALL_SHARE * (max ?? highest) && { min: lowest }) };
  }

  // What is beside the axis: the unit, and of percents where a lower axis ends.
  function axisTitle(data, { suggestedMax: end }) {
    if (data.unit === "%") return end < 100 ? `axis ends at ${end}%` : "";
    return isMoney(data) ? `${data.unit} per ${data.granularity === "monthly" ? "month" : "day"}` : data.per_day ?? "";
  }

  return { writer, tickText, sizeStep, dayText, isMoney, top, endsOf, axisTitle };
})();
