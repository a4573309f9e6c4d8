/**
 * Makes the documents' pictures anew, from real runs of the demonstration: `deno task pictures`.
 *
 * Each run is client against server in a private network. The report is photographed in Chromium; without one that picture
 * stays as it is.
 *
 * @module
 */

const TOP = new URL("../../", import.meta.url);
const DEMO = new URL("cli/demo.ts", TOP);
const DOCS = new URL("docs/", TOP);

/** What the first picture shows: see README.md. */
const LADDER_RUN = ["--fault", "drop:data:1", "--fault", "drop:fin:1"];

/** 40 KB over a path of 20 ms, of which the fifth segment is lost once. */
const REPORT_RUN = [
  ...["--mode", "discard", "--send-bytes", "40KB", "--link", "raw"],
  ...["--fault", "drop:data:5,delay:10ms"],
];

/** The picture of the report in CSS pixels: the first view that a laptop has. */
const VIEW = { width: 1_280, height: 800 } as const;

const BROWSERS = ["chromium", "chromium-browser", "google-chrome"] as const;

/** Milliseconds of the page's own time after which it is photographed: then all is drawn. */
const DRAWN_AFTER = 4_000;

async function demonstrate(args: readonly string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--allow-ffi", "--allow-run", "--allow-read", "--allow-env", DEMO.href],
      ...args,
      "--force",
    ],
    stdout: "null",
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`The demonstration ${args.join(" ")} ended with exit code ${code}`);
}

/** A picture of a page; false: there is no browser. */
async function photograph(page: string, picture: string): Promise<boolean> {
  for (const browser of BROWSERS) {
    try {
      const { code } = await new Deno.Command(browser, {
        args: [
          ...["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
          `--window-size=${VIEW.width},${VIEW.height}`,
          `--virtual-time-budget=${DRAWN_AFTER}`,
          `--screenshot=${picture}`,
          `file://${page}`,
        ],
        stdout: "null",
        stderr: "null",
      }).output();
      if (code !== 0) throw new Error(`${browser} ended with exit code ${code}`);
      return true;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return false;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const folder = Deno.makeTempDirSync({ prefix: "rawtcp-" });
try {
  const ladder = new URL("ladder.svg", DOCS).pathname;
  await demonstrate([...LADDER_RUN, "--ladder", ladder]);
  say(`Made ${ladder}`);
  const page = `${folder}/report.html`;
  const picture = new URL("report.png", DOCS).pathname;
  await demonstrate([...REPORT_RUN, "--report", page]);
  say(await photograph(page, picture) ? `Made ${picture}` : `No Chromium here: ${picture} stays as it is`);
} finally {
  Deno.removeSync(folder, { recursive: true });
}
