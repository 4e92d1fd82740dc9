// Opens pages from disk in a headless browser and says in JSON what is wrong with them: `node look.mjs < WANTED`.
//
// WANTED: {"pages": [{"name", "file", "views": [...], "tries", "axe": true, "report": true, "strict": true}], "pictures": FOLDER}.
// `views` are those of views.mjs. `tries`: how often it is opened for its time. `axe`: whether axe looks. `report`: whether it is
// a report of ours, of which filters and clicks are tried. `strict`: whether nothing in it may act by itself.
// With `pictures`, each view is written there as NAME-VIEW.png, and as NAME-VIEW-whole.png from top to bottom.

import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { launch } from "./browser.mjs";
import { active, axe, controls, overflow, sheets } from "./checks.mjs";
import { tried } from "./report.mjs";
import { idle, time } from "./time.mjs";
import { VIEWS, opened } from "./views.mjs";
import { watch } from "./watch.mjs";

/** Higher pictures are cut: nobody looks at them, and they do not fit in memory. */
const HIGHEST = 12_000;

async function looked(browser, wanted, view, pictures) {
  const address = pathToFileURL(resolve(wanted.file)).href;
  const page = await opened(browser, view);
  const faults = await watch(page, address);
  await page.goto(address, { waitUntil: "load" });
  const scripts = VIEWS[view].javaScriptEnabled !== false;
  if (scripts) await idle(page);
  const result = { faults, axe: [] };
  if (pictures) await photographed(page, join(pictures, `${wanted.name}-${view}`));
  faults.push(...(view === "print" ? [] : await overflow(page)));
  if (wanted.strict) faults.push(...(await active(page)));
  if (wanted.axe && scripts) result.axe = await axe(page);
  if (view === "print") {
    result.sheets = await sheets(page);
    if (wanted.report) faults.push(...(await controls(page)));
  }
  if (wanted.report && scripts && view !== "print") {
    result.tried = await tried(page, faults);
    // What was chosen stands in the panel now; the rest is as before.
    if (wanted.strict) faults.push(...(await active(page)));
    if (wanted.axe) result.axe.push(...(await axe(page, "#explorer")));
  }
  await page.context().close();
  return result;
}

async function photographed(page, place) {
  await pictured(page, `${place}.png`);
  const size = page.viewportSize();
  // In a window as high as the page nothing waits for being scrolled to.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...size, height: Math.min(height, HIGHEST) });
  await pictured(page, `${place}-whole.png`);
  await page.setViewportSize(size);
}

/** A picture of what the window shows. A browser on a busy machine sometimes says that it cannot take one, and can. */
async function pictured(page, path, tries = 5) {
  try {
    await page.screenshot({ path, animations: "disabled" });
  } catch (error) {
    if (tries <= 1) throw error;
    await setTimeout(1000);
    await pictured(page, path, tries - 1);
  }
}

async function judged(browser, wanted, pictures) {
  const result = { name: wanted.name, bytes: statSync(wanted.file).size, views: {} };
  if (wanted.tries) result.milliseconds = await time(browser, pathToFileURL(resolve(wanted.file)).href, wanted.tries);
  for (const view of wanted.views) result.views[view] = await looked(browser, wanted, view, pictures);
  return result;
}

const { pages, pictures } = JSON.parse(await text(process.stdin));
const browser = await launch();
try {
  const judgements = [];
  for (const page of pages) judgements.push(await judged(browser, page, pictures));
  process.stdout.write(`${JSON.stringify({ browser: browser.version(), pages: judgements }, null, 2)}\n`);
} finally {
  await browser.close();
}
