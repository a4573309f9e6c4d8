/**
 * Strips of bands over time: the states of the local end, and what limited a sender.
 *
 * @module
 */

import { color, spanText } from "./format.js";

const SECOND = 1_000_000;

/** What a sender waited for, in words and colours, in the order of the data's `limits`. */
const LIMITS = {
  application: ["its application", "application"],
  window: ["the receiver's window", "window-limit"],
  path: ["its congestion window or the path", "path"],
  unknown: ["not known", "unknown-limit"],
};

/** The states that the local end has been in, as bands. */
export function stateBands(trace, indices) {
  const bands = [];
  for (const i of indices) {
    const state = trace.state(i);
    if (state === "") continue;
    const time = trace.columns.time[i] / SECOND;
    if (bands.length > 0) bands.at(-1).to = time;
    if (bands.at(-1)?.name !== state) bands.push({ name: state, from: time, to: time });
  }
  const { states } = trace.data;
  return bands.map((band) => ({
    ...band,
    fill: () => `hsl(${states.indexOf(band.name) * 47 % 360} 55% ${color("band")})`,
  }));
}

/** What limited a sender, as bands. */
export function limitBands(trace, { spans }) {
  return spans.map(([from, to, limit]) => {
    const [words, name] = LIMITS[trace.data.limits[limit]];
    return { name: words, from: from / SECOND, to: to / SECOND, fill: () => color(name) };
  });
}

/** The same in shares of the time; what is not known only where there is some. */
export function limitShares(trace, { time }) {
  const total = time.reduce((sum, span) => sum + span, 0);
  const shares = time.flatMap((span, k) => {
    const limit = trace.data.limits[k];
    const percent = Math.round(100 * span / total);
    const [words, name] = LIMITS[limit];
    return limit === "unknown" && percent === 0 ? [] : [{ words, name, percent }];
  });
  return { shares, total: spanText(total) };
}

/** A strip as makePlot wants it. */
export function bandSpec(bands, summary) {
  const ends = bands.flatMap(({ from, to }) => [from, to]);
  return {
    label: "",
    value: () => "",
    data: [ends.length === 0 ? [0, 1] : ends, (ends.length === 0 ? [0, 1] : ends).map(() => null)],
    range: () => [0, 1],
    series: [{ label: "", show: false }],
    hideAxis: true,
    draw: (plot) => drawBands(plot, bands),
    summary,
  };
}

/** Bands over the whole height, each with its name where there is room. */
function drawBands(plot, bands) {
  const { ctx, bbox } = plot;
  const pixel = globalThis.devicePixelRatio || 1;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${12 * pixel}px system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  const right = bbox.left + bbox.width;
  for (const band of bands) {
    const from = Math.max(plot.valToPos(band.from, "x", true), bbox.left);
    const to = Math.min(Math.max(plot.valToPos(band.to, "x", true), from + pixel), right);
    if (to <= from) continue;
    ctx.fillStyle = band.fill();
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
    ctx.fillStyle = color("text");
    const width = ctx.measureText(band.name).width;
    if (width < to - from - 6 * pixel) ctx.fillText(band.name, from + 4 * pixel, bbox.top + bbox.height / 2);
  }
  ctx.restore();
}
