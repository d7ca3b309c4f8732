// The colors of charts: those of the stylesheet, so that they follow light and dark.
"use strict";

const chartColors = (() => {
  const HUES = 10;
  const SHADES = [
    (color) => color,
    (color) => `color-mix(in oklab, ${color} 66%, var(--text))`,
    (color) => `color-mix(in oklab, ${color} 50%, var(--surface))`,
  ];
  // Costs of less than this share of all are no news.
  const LEAST_SHARE = 0.01;
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

  // A name has one of ten hues wherever it is drawn. With this seed the services and
  // regions that most bills hold have different ones.
  function hueOf(name) {
    let hash = 356405;
    for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
    return ((hash ^ (hash >>> 15)) >>> 0) % HUES;
  }

  // The colors of all series. Who has the hue of a larger one is darker, then lighter,
  // and only where those are taken has the next hue. Small ones are gray.
  function colorsOf(data) {
    const { series } = data;
    const sizes = series.map(({ values }) => values.reduce((sum, value) => sum + Math.abs(value ?? 0), 0));
    const least = (chartAxis.isMoney(data) ? LEAST_SHARE : 0) * sizes.reduce((sum, size) => sum + size, 0);
    const taken = new Set();
    return series.map(({ color, label }, index) => {
      if (color) return `var(--${color})`;
      if (label === "Other" || sizes[index] < least) return "var(--c-other)";
      const first = hueOf(label);
      for (let step = 0; step < HUES * SHADES.length; step += 1) {
        const hue = (first + Math.floor(step / SHADES.length)) % HUES;
        const shade = step % SHADES.length;
        if (taken.has(`${hue} ${shade}`)) continue;
        taken.add(`${hue} ${shade}`);
        return SHADES[shade](`var(--c${hue + 1})`);
      }
      return "var(--c-other)";
    });
  }

  return { css, colorsOf, forget: () => rgb.clear() };
})();
