/**
 * A graph over time, as the report wants its graphs, made by uPlot, which the page carries.
 *
 * @module
 */

import { color, octetsText } from "./format.js";

const SYNC = "rawtcp";
const AXIS_WIDTH = 84;

/**
 * Makes a graph in `place`. Of the spec: `height`, `label` and `value` (how a value is written) of the y axis, `data`,
 * `series`, `range` of y or `logarithmic`, `hideAxis`; and what to do: `draw` afterwards, `onSelect`, `onClick`, `onPress`.
 */
export function makePlot(place, spec) {
  place.replaceChildren();
  const options = {
    width: widthOf(place),
    height: spec.height,
    legend: { show: spec.hideAxis !== true, live: true },
    cursor: { sync: { key: SYNC }, drag: { x: true, y: false, setScale: false } },
    scales: { x: { time: false }, y: scaleOf(spec) },
    axes: axesOf(spec),
    series: [
      { label: "Time", value: (_plot, time) => typeof time === "number" ? `${time.toFixed(6)} s` : "" },
      ...spec.series.map((one) => ({
        ...one,
        value: (_plot, shown) => typeof shown === "number" ? spec.value(shown) : "",
      })),
    ],
    hooks: {
      draw: [spec.draw],
      setSelect: [spec.onSelect],
      ready: [(plot) => {
        plot.over.addEventListener("mousedown", spec.onPress);
        plot.over.addEventListener("click", () => spec.onClick(plot));
      }],
    },
  };
  // deno-lint-ignore no-undef
  return new uPlot(options, spec.data, place);
}

function scaleOf({ logarithmic, range }) {
  if (logarithmic) return { distr: 3 };
  return { range: range ?? ((_plot, _min, max) => [0, (max || 1) * 1.05]) };
}

function axesOf({ label, hideAxis }) {
  const common = {
    stroke: () => color("text"),
    grid: { stroke: () => color("grid"), width: 1 },
    ticks: { stroke: () => color("grid") },
  };
  const values = (_plot, splits) =>
    splits.map((split) => hideAxis || split === null ? "" : octetsText(split));
  const hidden = hideAxis ? { grid: { show: false }, ticks: { show: false } } : {};
  return [
    { ...common, label: "Seconds", labelSize: 18, size: 44 },
    { ...common, ...hidden, label, size: AXIS_WIDTH, labelSize: 22, values },
  ];
}

/** A series that is drawn as a line, in the colour of that name; stepped: a value holds until the next. */
export function line(label, name, stepped, dash) {
  return {
    label,
    stroke: () => color(name),
    width: 1.6,
    dash,
    spanGaps: true,
    points: { show: false },
    // deno-lint-ignore no-undef
    paths: stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
  };
}

/** Bands over the whole height, each with its name where there is room. */
export function drawBands(plot, bands, states) {
  const { ctx, bbox } = plot;
  const pixel = globalThis.devicePixelRatio || 1;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${12 * pixel}px system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (const band of bands) {
    const from = Math.max(plot.valToPos(band.from, "x", true), bbox.left);
    const to = Math.min(
      Math.max(plot.valToPos(band.to, "x", true), from + 2 * pixel),
      bbox.left + bbox.width,
    );
    if (to <= from) continue;
    ctx.fillStyle = `hsl(${states.indexOf(band.state) * 47 % 360} 55% ${color("band")})`;
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
    ctx.fillStyle = color("text");
    const width = ctx.measureText(band.state).width;
    if (width < to - from - 6 * pixel) ctx.fillText(band.state, from + 4 * pixel, bbox.top + bbox.height / 2);
  }
  ctx.restore();
}

/** The width that a graph may have. */
export function widthOf(place) {
  return Math.max(place.clientWidth, 280);
}
