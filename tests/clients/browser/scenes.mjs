// The pictures of the book: a report, scene by scene: `node scenes.mjs < {"file": REPORT, "pictures": FOLDER}`. Says in JSON what
// was written. The same report gives the same pictures, wherever the unpacked browser runs.

import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

import { launch } from "./browser.mjs";
import { idle } from "./time.mjs";
import { opened } from "./views.mjs";

/** Chooses the strongest pair, and has it in the panel. */
async function strongest(page) {
  await page.locator("#couplings a.function[data-with]").first().click();
  await page.locator("#explorer").scrollIntoViewIfNeeded();
}

/** The whole window. */
const all = () => undefined;

/** The place of one element. */
const place = (selector) => (page) => page.locator(selector).boundingBox();

/** The first row of timelines, with what is said of all. */
async function firstTimelines(page) {
  const [section, first] = await Promise.all([place("#timelines")(page), page.locator("#timelines figure").first().boundingBox()]);
  return { ...section, height: first.y + first.height - section.y + 8 };
}

/** Name, view, height of the window (in which all of the picture is seen at once), what is done before, and what of it is kept. */
const SCENES = [
  ["report", "light", 1320, null, all],
  ["report-dark", "dark", 1320, null, all],
  ["report-narrow", "narrow", 844, null, all],
  ["report-case", "light", 1500, strongest, place("#explorer")],
  ["report-matrix", "light", 6000, null, place("#matrix")],
  ["report-timelines", "light", 6000, null, firstTimelines],
];

const { file, pictures } = JSON.parse(await text(process.stdin));
const browser = await launch();
const written = [];
try {
  for (const [name, view, height, act, of] of SCENES) {
    const page = await opened(browser, view);
    await page.setViewportSize({ ...page.viewportSize(), height });
    await page.goto(pathToFileURL(resolve(file)).href, { waitUntil: "load" });
    if (act) await act(page);
    // Where the pointer is, things look different.
    await page.mouse.move(0, 0);
    await idle(page);
    const clip = await of(page);
    await page.screenshot({ path: join(pictures, `${name}.png`), animations: "disabled", clip });
    written.push(`${name}.png`);
    await page.context().close();
  }
} finally {
  await browser.close();
}
process.stdout.write(`${JSON.stringify({ pictures: written })}\n`);
