/**
 * Puts the page together: unpacks the data, draws everything, and keeps the choice of one place in step with the others.
 *
 * @module
 */

import { Charts } from "./charts.js";
import { unpack } from "./data.js";
import { showDetail } from "./detail.js";
import { amountText, element, octetsText, spanText } from "./format.js";
import { Ladder } from "./ladder.js";
import { Table } from "./table.js";

const byId = (id) => document.getElementById(id);

/** The report of one connection at a time. */
class Report {
  constructor(trace) {
    this.trace = trace;
    this.connection = null;
    this.selected = null;
    this.ladderTimer = 0;
  }

  show(connection) {
    this.connection = connection;
    this.indices = this.trace.of(connection.id);
    this.charts?.destroy();
    byId("title").textContent = `${connection.local} ↔ ${connection.remote}`;
    // In a capture of others neither end is "we".
    const { ends } = connection;
    if (ends !== undefined) {
      byId("sent-by").textContent = `what ${ends.local} sends`;
      byId("arrived-from").textContent = `what ${ends.remote} sends`;
    }
    document.title = `TCP ${connection.local} ↔ ${connection.remote}`;
    this.#summary();
    const pick = (index) => this.select(index);
    this.ladder = new Ladder(this.trace, this.indices, connection, byId("ladder"), pick);
    this.table = new Table(this.trace, this.indices, byId("table"), pick);
    const places = {
      sequence: byId("sequence"),
      window: byId("window"),
      roundTrip: byId("round-trip"),
      state: byId("states"),
    };
    this.charts = new Charts(this.trace, this.indices, places, pick, (from, to) => this.#ranged(from, to));
    byId("filter").value = "";
    byId("marked").checked = false;
    const first = this.indices.find((i) => this.trace.isAgain(i)) ?? this.indices[0];
    if (first !== undefined) this.select(first);
  }

  select(index) {
    this.selected = index;
    const at = this.indices.indexOf(index);
    const { columns } = this.trace;
    let before = at - 1;
    while (before >= 0 && columns.state[this.indices[before]] === null) before--;
    showDetail(this.trace, index, before >= 0 ? this.indices[before] : null, byId("detail"));
    this.table.select(index);
    this.ladder.select(index);
    this.charts.select(index);
  }

  filter() {
    const count = this.table.filter(byId("filter").value, byId("marked").checked);
    byId("count").textContent = `${octetsText(count)} of ${octetsText(this.indices.length)} events`;
  }

  /** The ladder is drawn when the span stays for a moment. */
  #ranged(from, to) {
    byId("range").textContent = `${from.toFixed(6)} s to ${to.toFixed(6)} s`;
    clearTimeout(this.ladderTimer);
    this.ladderTimer = setTimeout(() => {
      this.ladder.show(from, to);
      if (this.selected !== null) this.ladder.select(this.selected);
    }, 30);
  }

  #summary() {
    const { columns } = this.trace;
    // As `TALLIED` in trace/tally.ts has them.
    const { tally, octetsSent, octetsReceived } = this.trace.totalOf(this.connection.id);
    const [dataSent = 0, acksSent = 0, again = 0, data = 0, acks = 0, sacks = 0, disorder = 0, dropped = 0] =
      tally;
    const sent = dataSent + acksSent + again;
    const received = data + acks + sacks + disorder;
    const last = this.indices.at(-1);
    const first = this.indices[0];
    const rtts = this.indices.map((i) => columns.minRtt[i]).filter((rtt) => rtt > 0);
    const facts = [
      ["Duration", first === undefined ? "" : spanText(columns.time[last] - columns.time[first])],
      ["Sent", `${octetsText(sent)} segments, ${amountText(octetsSent)}`],
      ["Received", `${octetsText(received)} segments, ${amountText(octetsReceived)}`],
      ["Sent again", `${octetsText(again)} segments`],
      ["Dropped", octetsText(dropped)],
      ["Least RTT", rtts.length === 0 ? "not measured" : spanText(rtts.reduce((a, b) => Math.min(a, b)))],
      ["Began", this.trace.data.start ?? "not known"],
    ];
    byId("summary").replaceChildren(...facts.map(([name, value]) => {
      return element("div", {}, element("dt", {}, name), element("dd", {}, value));
    }));
    byId("omitted").textContent = this.trace.omission(this.indices);
    byId("count").textContent = `${octetsText(this.indices.length)} events`;
  }
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

function listen(report, connections) {
  byId("connections").addEventListener(
    "change",
    (event) => report.show(connections[event.target.selectedIndex]),
  );
  byId("theme").addEventListener("click", () => nextTheme(report));
  byId("filter").addEventListener("input", () => report.filter());
  byId("marked").addEventListener("change", () => report.filter());
  const zooms = { "zoom-in": [0.5, 0], "zoom-out": [2, 0], left: [1, -0.25], right: [1, 0.25] };
  for (const [id, [factor, shift]] of Object.entries(zooms)) {
    byId(id).addEventListener("click", () => report.charts.zoom(factor, shift));
  }
  byId("zoom-all").addEventListener("click", () => report.charts.showAll());
  for (const button of document.querySelectorAll("[name=direction]")) {
    button.addEventListener("change", () => report.charts.setDirection(button.value));
  }
  addEventListener("resize", () => report.charts.resize());
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
    const left = report.table.drawForPrint();
    byId("printed").textContent = left > 0 ? `${octetsText(left)} more events are not printed.` : "";
  });
  addEventListener("afterprint", () => {
    root.dataset.theme = theme;
    report.charts.rebuild();
    report.table.draw();
  });
}

async function start() {
  const trace = await unpack(byId("trace-data").textContent);
  const { connections } = trace.data;
  const shown = connections.length > 0 ? connections : [{ id: 0, local: "local", remote: "remote" }];
  const choice = byId("connections");
  choice.replaceChildren(
    ...shown.map(({ id, local, remote }) => element("option", {}, `${id}: ${local} ↔ ${remote}`)),
  );
  choice.parentElement.hidden = shown.length < 2;
  const report = new Report(trace);
  report.show(shown[0]);
  listen(report, shown);
  document.documentElement.dataset.ready = "yes";
}

start().catch((error) => {
  byId("title").textContent = `Cannot show the report: ${error instanceof Error ? error.message : error}`;
});
