/**
 * Puts the page together: unpacks the data, draws everything, and keeps the choice of one place in step with the others.
 *
 * @module
 */

import { Charts } from "./charts.js";
import { makeConnections } from "./connections.js";
import { unpack } from "./data.js";
import { showDetail } from "./detail.js";
import { element, octetsText } from "./format.js";
import { Ladder } from "./ladder.js";
import { Moments } from "./moment.js";
import { Player } from "./player.js";
import { Rows } from "./rows.js";
import { Scale } from "./scale.js";
import { States } from "./states.js";
import { factsOf } from "./summary.js";
import { filterEvents, makeTable } from "./table.js";
import { Windows } from "./windows.js";

/** With more rows than this the graphs come before the ladder. */
const SHORT = 150;

const byId = (id) => document.getElementById(id);

/** The report of one connection at a time. */
class Report {
  constructor(trace) {
    this.trace = trace;
    this.connection = null;
    this.selected = null;
    this.player = new Player(byId("player"), (index) => this.select(index));
    this.windows = new Windows(byId("windows"));
    this.states = new States(byId("diagram"));
  }

  show(connection) {
    this.connection = connection;
    this.indices = this.trace.of(connection.id);
    this.charts?.destroy();
    const { local, remote, ends } = connection;
    this.names = ends ?? { local: "we", remote: "the peer" };
    byId("title").textContent = `${local} ↔ ${remote}`;
    document.title = `TCP ${local} ↔ ${remote}`;
    byId("summary").replaceChildren(
      ...factsOf(this.trace, connection, this.indices).map(([name, value, className]) =>
        element("div", { class: className }, element("dt", {}, name), element("dd", {}, value))
      ),
    );
    byId("omitted").textContent = this.trace.omission(this.indices);
    // Without times there is nothing to draw to scale, or over time.
    const isTimed = this.indices.every((i) => this.trace.columns.time[i] !== null);
    for (const id of ["graphs", "scale-section"]) byId(id).hidden = !isTimed;
    this.#draw();
    const first = this.indices.find((i) => this.trace.isAgain(i)) ?? this.indices[0];
    if (first === undefined) this.#showNothing();
    else this.select(first);
  }

  /** The views of the connection that is shown. */
  #draw() {
    const { trace, indices, connection } = this;
    const pick = (index) => this.select(index);
    const rows = new Rows(trace, indices);
    this.moments = new Moments(trace, indices);
    const isShort = rows.all.length <= SHORT;
    byId("views").classList.toggle("graphs-first", !isShort);
    byId("views").insertBefore(byId("graphs"), isShort ? byId("table-section") : byId("ladders"));
    this.ladder = new Ladder(trace, rows, connection, byId("ladder"), pick);
    this.scale = new Scale(trace, rows, connection, byId("scale"), pick);
    this.charts = new Charts(trace, indices, connection, byId("charts"), pick, (from, to) => {
      byId("range").textContent = `${Math.max(from, 0).toFixed(6)} s to ${to.toFixed(6)} s`;
    });
    this.table = makeTable(trace, indices, byId("table"), pick);
    this.player.load(indices);
    byId("filter").value = "";
    byId("marked").checked = false;
    byId("count").textContent = `${octetsText(indices.length)} events`;
  }

  select(index) {
    const { trace } = this;
    this.selected = index;
    let before = this.indices.indexOf(index) - 1;
    while (before >= 0 && trace.columns.state[this.indices[before]] === null) before--;
    const places = { why: byId("why"), more: byId("more") };
    showDetail(trace, index, before >= 0 ? this.indices[before] : null, places);
    this.#showMoment(index);
    this.ladder.select(index);
    this.scale.select(index);
    this.charts.select(index);
    this.table.select(index);
    this.player.select(index);
  }

  /** States and windows at the moment of an event. */
  #showMoment(index) {
    const { moments, names } = this;
    const been = moments.statesUntil(index);
    this.states.show(been.at(-1) ?? null, moments.peerStateAt(index), been, names);
    const peers = moments.peerWindows(index);
    if (peers === null) this.windows.show(moments.windowsAfter(index), moments.most, names.local);
    else {
      const { sent, received } = moments.most;
      this.windows.show(peers, { sent: received, received: sent }, names.remote);
    }
  }

  /** A connection of which no event was kept. */
  #showNothing() {
    this.selected = null;
    byId("why").replaceChildren(
      element("p", {}, this.trace.length === 0 ? "Nothing was recorded." : "None of its events was kept."),
    );
    byId("more").replaceChildren();
    this.states.show(null, null, [], this.names);
    this.windows.show(null, this.moments.most, this.names.local);
  }

  filter() {
    const count = filterEvents(this.table, this.trace, byId("filter").value, byId("marked").checked);
    byId("count").textContent = `${octetsText(count)} of ${octetsText(this.indices.length)} events`;
  }

  resize() {
    this.charts.resize();
    this.scale.resize();
    this.ladder.draw();
    this.table.draw();
  }
}

/** What is jumped to must not lie under the bar at the top, whose height depends on the width, and on what it says. */
function measureBar() {
  const bar = document.querySelector(".toolbar");
  const measure = () => document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`);
  new ResizeObserver(measure).observe(bar);
  measure();
}

/** `auto`, `light` or `dark`, in turn. */
function nextTheme(report) {
  const themes = ["auto", "light", "dark"];
  const root = document.documentElement;
  const theme = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
  root.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${theme}`;
  report.charts.rebuild();
}

function listen(report) {
  byId("theme").addEventListener("click", () => nextTheme(report));
  byId("filter").addEventListener("input", () => report.filter());
  byId("marked").addEventListener("change", () => report.filter());
  const zooms = { "zoom-in": [0.5, 0], "zoom-out": [2, 0], left: [1, -0.25], right: [1, 0.25] };
  for (const [id, [factor, shift]] of Object.entries(zooms)) {
    byId(id).addEventListener("click", () => report.charts.zoom(factor, shift));
  }
  byId("zoom-all").addEventListener("click", () => report.charts.showAll());
  addEventListener("resize", () => report.resize());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => report.charts.rebuild());
  listenToPrinter(report);
}

/** On paper: light, and as many rows as a reader can bear. */
function listenToPrinter(report) {
  const root = document.documentElement;
  let theme = root.dataset.theme;
  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    report.charts.rebuild();
    report.ladder.drawForPrint();
    const left = report.table.drawForPrint();
    byId("printed").textContent = left > 0 ? `${octetsText(left)} more events are not printed.` : "";
  });
  addEventListener("afterprint", () => {
    root.dataset.theme = theme;
    report.charts.rebuild();
    report.ladder.draw();
    report.table.draw();
  });
}

/** The table of connections, where there are several. */
function listConnections(report, connections) {
  byId("connections-section").hidden = connections.length < 2;
  if (connections.length < 2) return;
  byId("connections-count").textContent = octetsText(connections.length);
  const grid = makeConnections(report.trace, byId("connections"), (connection) => {
    grid.select(connection);
    report.show(connection);
  });
  grid.select(connections[0]);
}

async function start() {
  const trace = await unpack(byId("trace-data").textContent);
  const { connections } = trace.data;
  const report = new Report(trace);
  measureBar();
  listConnections(report, connections);
  report.show(connections[0] ?? { id: 0, local: "local", remote: "remote" });
  listen(report);
  document.documentElement.dataset.ready = "yes";
}

start().catch((error) => {
  byId("title").textContent = `Cannot show the report: ${error instanceof Error ? error.message : error}`;
});
