// The browser: the one that `cargo xtask test` unpacked, else one that is installed. It is cut off from every network, and
// shows fonts that are the same on every machine where it was unpacked.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

const clients = process.env.LOCKSTEP_CLIENTS;
if (!clients) throw new Error("LOCKSTEP_CLIENTS is not set: `cargo xtask clients` installs the clients and says where");

/** A package of the clients. */
export const client = createRequire(join(clients, "npm/package.json"));

const INSTALLED = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const APPLICATIONS = ["Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium"];

/** Where a browser is, and in what environment it runs. */
function found() {
  const named = process.env.LOCKSTEP_BROWSER;
  if (named) return { executablePath: named };
  const own = join(clients, "browser");
  if (existsSync(join(own, "chromium"))) {
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR ?? "/tmp",
      LD_LIBRARY_PATH: join(own, "libraries/lib"),
      FONTCONFIG_FILE: join(own, "fonts.conf"),
    };
    return { executablePath: join(own, "chromium"), env };
  }
  const folders = (process.env.PATH ?? "").split(delimiter);
  const places = folders.flatMap((folder) => INSTALLED.map((name) => join(folder, name)));
  places.push(...APPLICATIONS.map((name) => join("/Applications", name)));
  const executablePath = places.find((place) => existsSync(place));
  if (executablePath) return { executablePath };
  throw new Error("there is no browser: install Chromium or Chrome, or name one in LOCKSTEP_BROWSER");
}

/** Starts the browser, headless. */
export function launch() {
  return client("playwright-core").chromium.launch({
    ...found(),
    headless: true,
    args: [
      // Pages of ours are all that it opens, and root may not have a sandbox.
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      // No name means an address: what a page asks of the network fails, and is seen.
      "--host-resolver-rules=MAP * ~NOTFOUND",
      "--font-render-hinting=none",
      "--force-color-profile=srgb",
      "--hide-scrollbars",
    ],
  });
}
