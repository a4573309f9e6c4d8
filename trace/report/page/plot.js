/**
 * A graph over time, as the report wants its graphs, made by uPlot, which the page carries. It can be reached and used with the
 * keyboard.
 *
 * @module
 */

import { color, octetsText } from "./format.js";

const SYNC = "rawtcp";
const AXIS_WIDTH = 84;
const NARROW_AXIS_WIDTH = 62;
const NARROW = 480;
/** Room right of the graphs: the same for all, so that their times lie below each other. */
const RIGHT = 16;

/**
 * Makes a graph in `place`. Of the spec: `title` and `summary` (its accessible name), `height`, `label` and `value` (how a value is
 * written) of the y axis, `data`, `series`, `range` of y or `logarithmic`, `hideAxis`; and what to do: `draw` afterwards,
 * `onSelect`, `onClick`, `onPress`, `onKey`.
 */
export function makePlot(place, spec) {
  place.replaceChildren();
  place.tabIndex = 0;
  place.setAttribute("role", "img");
  place.setAttribute(
    "aria-label",
    `${spec.title}: ${spec.summary}. Arrow keys choose an event, plus and minus zoom, 0 shows all`,
  );
  place.onkeydown = spec.onKey;
  const options = {
    width: widthOf(place),
    height: spec.height,
    padding: spec.hideAxis ? [0, RIGHT, 0, null] : [null, RIGHT, null, null],
    legend: { show: spec.hideAxis !== true, live: true },
    cursor: { sync: { key: SYNC }, drag: { x: true, y: false, setScale: false } },
    scales: { x: { time: false }, y: scaleOf(spec) },
    axes: axesOf(spec, widthOf(place)),
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

function axesOf({ label, hideAxis, axisValue = octetsText }, width) {
  const common = {
    stroke: () => color("text"),
    grid: { stroke: () => color("grid"), width: 1 },
    ticks: { stroke: () => color("grid") },
  };
  const values = (_plot, splits) => splits.map((split) => hideAxis || split === null ? "" : axisValue(split));
  const size = width < NARROW ? NARROW_AXIS_WIDTH : AXIS_WIDTH;
  if (hideAxis) {
    const none = { show: false };
    return [{ ...common, show: false }, {
      ...common,
      grid: none,
      ticks: none,
      label,
      size,
      labelSize: 22,
      values,
    }];
  }
  return [
    { ...common, label: "Seconds", labelSize: 18, size: 44 },
    { ...common, label, size, labelSize: width < NARROW ? 0 : 22, values },
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

/** The width that a graph may have. */
export function widthOf(place) {
  const { paddingLeft, paddingRight } = getComputedStyle(place);
  return Math.max(place.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight), 240);
}
