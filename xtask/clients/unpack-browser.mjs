// Unpacks the browser that a package of npm carries into a folder, with the libraries and fonts it needs, so that pages look
// the same on every machine: `node unpack-browser.mjs NODE_MODULES FOLDER`. Nothing outside FOLDER is written.

import { createReadStream, createWriteStream } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const [modules, folder] = process.argv.slice(2).map((path) => resolve(path));
const tar = createRequire(join(modules, "from-here.js"))("tar-fs");
const packed = join(modules, "@sparticuz/chromium/bin");
const unpack = (name, to) => pipeline(createReadStream(join(packed, name)), createBrotliDecompress(), to);

await mkdir(join(folder, "fonts"), { recursive: true });
await Promise.all([
  unpack("chromium.br", createWriteStream(join(folder, "chromium"), { mode: 0o755 })),
  unpack("al2023.tar.br", tar.extract(join(folder, "libraries"))),
  unpack("fonts.tar.br", tar.extract(join(folder, "fonts/sans"))),
  cp(join(modules, "dejavu-fonts-ttf/ttf"), join(folder, "fonts/dejavu"), { recursive: true }),
]);

// The browser sees these fonts and no others.
const escaped = folder.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const prefer = (family, font) => `  <alias><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
await writeFile(
  join(folder, "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${escaped}/fonts</dir>
  <cachedir>${escaped}/fonts/cache</cachedir>
${prefer("sans-serif", "Open Sans")}
${prefer("system-ui", "Open Sans")}
${prefer("serif", "DejaVu Serif")}
${prefer("monospace", "DejaVu Sans Mono")}
</fontconfig>
`,
);
