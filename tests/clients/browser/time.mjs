// How long a page takes until it can be used.

import { opened } from "./views.mjs";

/**
 * Opens `address` so often, in a fresh window each time, and returns the milliseconds from asking for it until it has been
 * drawn and is idle: `open` by the clock, `busy` by what its main thread computed, which a machine with other work to do does
 * not make longer. Each is the least of all tries.
 */
export async function time(browser, address, tries) {
  const taken = [];
  for (let at = 0; at < tries; at += 1) {
    const page = await opened(browser, "light");
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const began = performance.now();
    await page.goto(address, { waitUntil: "load" });
    await idle(page);
    const open = performance.now() - began;
    const { metrics } = await session.send("Performance.getMetrics");
    const busy = metrics.find(({ name }) => name === "TaskDuration").value * 1000;
    taken.push({ open, busy });
    await page.context().close();
  }
  const least = (of) => Math.round(Math.min(...taken.map(of)));
  return { open: least(({ open }) => open), busy: least(({ busy }) => busy) };
}

/** Waits until the page has been drawn and its main thread has nothing to do. */
export function idle(page) {
  return page.evaluate(
    () =>
      new Promise((done) => {
        requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(() => done(), { timeout: 20_000 })));
      }),
  );
}
