// How a page is looked at: the window, the colours, the medium, and whether scripts run.

const WIDE = { width: 1280, height: 900 };

export const VIEWS = {
  light: { viewport: WIDE, colorScheme: "light" },
  dark: { viewport: WIDE, colorScheme: "dark" },
  narrow: { viewport: { width: 390, height: 844 }, colorScheme: "light" },
  print: { viewport: WIDE, colorScheme: "light", media: "print" },
  // A viewer of artefacts may run no script.
  scriptless: { viewport: WIDE, colorScheme: "light", javaScriptEnabled: false },
};

/** A window of its own for `view`, the same on every machine. */
export async function opened(browser, view) {
  const { media, ...options } = VIEWS[view];
  const context = await browser.newContext({
    ...options,
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
    deviceScaleFactor: 1,
    serviceWorkers: "block",
  });
  const page = await context.newPage();
  if (media) await page.emulateMedia({ media });
  return page;
}
