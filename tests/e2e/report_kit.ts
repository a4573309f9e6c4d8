/**
 * Reports in a browser: made of what was recorded, opened, and checked to complain of nothing and to load nothing.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Recorder } from "../../trace/recorder.ts";
import { Recording } from "../../trace/recording.ts";
import { htmlReport } from "../../trace/report/report.ts";
import { runStory } from "../stories/run.ts";
import { findBrowser, type Look, Page } from "./browser.ts";

const browser = await findBrowser();

/** Whether there is nothing to look with; and what a test's name says of that. */
export const ignore: boolean = browser === null;
export const reason: string = ignore ? " (ignored: no Chromium is installed)" : "";

/** How soon a large report must answer to its reader, milliseconds. */
export const SOON = 2_000;

/** A screen as most are, and a small telephone. */
export const WIDE: Look = { width: 1280, height: 800 };
export const SMALL: Look = { width: 360, height: 740 };

/** Looks at a page; `milliseconds` is how long it took to be ready. */
export type LookAtPage = (page: Page, url: string, milliseconds: number) => Promise<void>;

/** Looks at the report of what `act` records. */
export async function lookAt(
  act: (recorder: Recorder) => void | Promise<unknown>,
  look: LookAtPage,
): Promise<void> {
  const recording = new Recording();
  await act(new Recorder([recording], [], { headers: true, excerpt: 32 }));
  await lookAtMarkup(await htmlReport(recording, { program: "rawtcp test", epoch: 1.7e15 }), look);
}

/** Looks at the report of a story of `tests/stories`. */
export async function lookAtStory(name: string, look: LookAtPage): Promise<void> {
  await lookAt((recorder) => runStory(name, recorder), look);
}

/** Looks at a page that was made already. */
export async function lookAtMarkup(markup: string, look: LookAtPage): Promise<void> {
  const file = await Deno.makeTempFile({ prefix: "rawtcp-report-", suffix: ".html" });
  await Deno.writeTextFile(file, markup);
  try {
    await using page = await Page.open(browser ?? "");
    const url = `file://${file}`;
    let milliseconds = await page.show(url);
    // Others may have had the machine: what counts is how soon the page can be there.
    for (let turn = 0; turn < 5 && milliseconds >= SOON; turn++) milliseconds = await page.show(url);
    await look(page, url, milliseconds);
    assertEquals(page.problems, []);
    assertEquals(page.requests, [url]);
  } finally {
    await Deno.remove(file);
  }
}

/** Counts the pixels of a graph that have the colour of that name; without a name, all that are filled. */
export const PIXELS: string = `(selector, name) => {
  const canvas = document.querySelector(selector + " canvas");
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  const hex = getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const wanted = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const isWanted = name === "" || wanted.every((part, k) => Math.abs(data[i + k] - part) < 12);
    if (data[i + 3] > 200 && isWanted) count++;
  }
  return count;
}`;

/** Waits until what depends on the size has been drawn. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)))");
}
