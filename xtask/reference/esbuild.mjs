// The files that esbuild bundles for every JavaScript and TypeScript function, as `xtask closures` wants them.
//
//   npm install esbuild@0.28.2 typescript@5.9.3   # anywhere; run this file from that folder
//   lockstep functions CHECKOUT --format json > functions.json
//   node …/xtask/reference/esbuild.mjs CHECKOUT functions.json OUT
//
// writes OUT.files.json (every input that esbuild read), OUT.symbols.json (the inputs of which something is left after
// tree shaking, and those through which their names go) and OUT.definitions.json (the same, if the initial values of
// definitions that nobody uses were never computed, and packages from outside did nothing when they are imported: in a
// bundle `import { z } from "zod"` and `const schema = z.object({})` stay whether they are used or not, since a call may do
// anything). Each function is a bundle of its own: of its handler where several functions start in the file, else of
// the whole file, which is how Lockstep counts; `--handlers` makes it the handler always.
//
// A bare checkout lacks what an installation and a build add, so a plugin finds the packages of the workspace, and sources
// in place of compiled output. What is not found is external, and is listed at the end. Nothing of the checkout is run.

import fs from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";

const arguments_ = process.argv.slice(2);
const handlers = arguments_.includes("--handlers");
const [checkoutArgument, functionsFile, out] = arguments_.filter((argument) => !argument.startsWith("--"));
if (!out) throw new Error("usage: esbuild.mjs [--handlers] CHECKOUT FUNCTIONS.json OUT");

const installed = createRequire(path.join(process.cwd(), "from-here.js"));
const esbuild = installed("esbuild");
const ts = installed("typescript");
const checkout = fs.realpathSync(checkoutArgument);
const scripts = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];
const isScript = (file) => scripts.includes(path.extname(file).slice(1));

// --- What the checkout says about packages -------------------------------------------------------------------------

/** All package.json files, by folder. */
const packages = new Map();
(function read(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== "node_modules" && entry.name !== ".git") read(path.join(folder, entry.name));
    if (entry.name === "package.json") {
      try {
        packages.set(folder, JSON.parse(fs.readFileSync(path.join(folder, entry.name), "utf8")));
      } catch {
        // A manifest that does not parse is nobody's package.
      }
    }
  }
})(checkout);

const above = function* (folder) {
  for (; folder.startsWith(checkout); folder = path.dirname(folder)) yield folder;
};

/** The folder of a package of this name that an installation would link for code in `folder`. */
function linked(folder, name) {
  for (const place of above(folder)) {
    const manifest = packages.get(place);
    const wanted = { ...manifest?.devDependencies, ...manifest?.peerDependencies, ...manifest?.dependencies }[name];
    const local = /^(?:file|link|portal):(.*)/.exec(wanted ?? "")?.[1];
    if (local && packages.has(path.resolve(place, local))) return path.resolve(place, local);
    const isRoot = manifest?.workspaces || ["pnpm-workspace.yaml", "lerna.json"].some((file) => fs.existsSync(path.join(place, file)));
    if (!isRoot) continue;
    for (const [inside, each] of packages) {
      if (each.name === name && inside !== place && inside.startsWith(place + path.sep)) return inside;
    }
  }
  return undefined;
}

/** What the manifest of a package gives for `./inside`: files that may be there or not, in the order of preference. */
function entries(manifest, inside) {
  const conditions = ["source", "development", "node", "import", "require", "default", "types"];
  const pick = (value, star) => {
    if (typeof value === "string") return [value.replaceAll("*", star)];
    if (Array.isArray(value)) return value.flatMap((each) => pick(each, star));
    if (value && typeof value === "object") {
      const wanted = Object.keys(value).filter((key) => conditions.includes(key));
      return wanted.flatMap((key) => pick(value[key], star));
    }
    return [];
  };
  const { exports } = manifest;
  if (exports !== undefined) {
    const plain = typeof exports === "string" || Array.isArray(exports) || !Object.keys(exports)[0]?.startsWith(".");
    if (plain) return inside === "." ? pick(exports, "") : [];
    if (inside in exports) return pick(exports[inside], "");
    for (const key of Object.keys(exports).filter((key) => key.includes("*")).sort((a, b) => b.length - a.length)) {
      const [before, after] = key.split("*");
      if (inside.startsWith(before) && inside.endsWith(after) && inside.length >= key.length) {
        return pick(exports[key], inside.slice(before.length, inside.length - after.length));
      }
    }
    return [];
  }
  if (inside !== ".") return [inside];
  return [manifest.module, manifest.main, manifest.types, "./index"].filter((each) => typeof each === "string");
}

/** A file that stands for `place`: as it is, with another ending, as a folder, or the source of compiled output. */
function source(place, root) {
  const bare = place.replace(/\.d\.[mc]?ts$|\.[mc]?js$|\.jsx$/, "");
  const stems = [place, bare];
  const output = path.relative(root, bare).split(path.sep);
  if (["dist", "build", "lib", "out", "compiled", "output", "dist-cjs", "dist-esm"].includes(output[0])) {
    stems.push(path.join(root, "src", ...output.slice(1)), path.join(root, ...output.slice(1)));
    if (output[1] === "src") stems.push(path.join(root, "src", ...output.slice(2)));
  }
  for (const stem of stems) {
    for (const ending of ["", ...scripts.map((each) => "." + each), ".json", ...scripts.map((each) => "/index." + each)]) {
      if (fs.statSync(stem + ending, { throwIfNoEntry: false })?.isFile()) return stem + ending;
    }
  }
  return undefined;
}

/** The import map of Deno that speaks for `folder`: its file's folder, and its entries. */
function importMap(folder) {
  for (const place of above(folder)) {
    for (const name of ["deno.json", "deno.jsonc", "import_map.json"]) {
      try {
        const text = fs.readFileSync(path.join(place, name), "utf8").replace(/^\s*\/\/.*$/gm, "");
        const { imports } = JSON.parse(text);
        if (imports) return { place, imports };
      } catch {
        // Not there, or not readable: the next one.
      }
    }
  }
  return undefined;
}

function mapped(folder, specifier) {
  const map = importMap(folder);
  if (!map) return undefined;
  const key = Object.keys(map.imports)
    .filter((key) => key === specifier || (key.endsWith("/") && specifier.startsWith(key)))
    .sort((a, b) => b.length - a.length)[0];
  if (key === undefined || !/^\.{1,2}\//.test(map.imports[key])) return undefined;
  return path.resolve(map.place, map.imports[key] + specifier.slice(key.length));
}

// --- The plugin ----------------------------------------------------------------------------------------------------

const notFound = new Map();

/** The text with every initial value of the top level in a function that esbuild may leave out where it is not used. */
function withPureValues(file) {
  const text = fs.readFileSync(file, "utf8");
  const kind = /\.(?:ts|mts|cts)$/.test(file) ? ts.ScriptKind.TS : ts.ScriptKind.TSX;
  const values = [];
  const waits = (node) => ts.isAwaitExpression(node) || (!ts.isFunctionLike(node) && ts.forEachChild(node, waits));
  for (const statement of ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind).statements) {
    const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
    for (const { name, initializer } of declared) {
      // `require` is not to be hidden, nor what is taken apart, which esbuild never leaves out.
      const hides = initializer && ts.isIdentifier(name) && !/\brequire\(/.test(initializer.getText());
      if (hides && !waits(initializer)) values.push(initializer);
    }
    if (ts.isExportAssignment(statement) && !statement.isExportEquals && !waits(statement.expression)) {
      values.push(statement.expression);
    }
  }
  let result = text;
  for (const value of values.sort((a, b) => b.getStart() - a.getStart())) {
    const inside = result.slice(value.getStart(), value.getEnd());
    result = `${result.slice(0, value.getStart())}/* @__PURE__ */ (() => (${inside}\n))()${result.slice(value.getEnd())}`;
  }
  return result;
}

const finder = (pure) => ({
  name: "finder",
  setup(build) {
    const again = { again: true };
    build.onResolve({ filter: /.*/ }, async (asked) => {
      if (asked.pluginData === again || asked.kind === "entry-point") return undefined;
      const external = { path: asked.path, external: true, sideEffects: pure ? false : undefined };
      if (isBuiltin(asked.path) || /^[a-z-]{2,}:/.test(asked.path)) return external;
      const ask = async (specifier) => {
        const { kind, importer, resolveDir } = asked;
        const found = await build.resolve(specifier, { kind, importer, resolveDir, pluginData: again });
        const inside = found.errors.length === 0 && !found.external && found.path.startsWith(checkout + path.sep);
        return inside && !found.path.includes("/node_modules/")
          ? { path: found.path, sideEffects: found.sideEffects, suffix: found.suffix }
          : undefined;
      };
      const itself = await ask(asked.path);
      if (itself) return itself;
      const bare = !/^[./#]/.test(asked.path);
      let place;
      if (bare) {
        const parts = asked.path.split("/");
        const name = parts.splice(0, asked.path.startsWith("@") ? 2 : 1).join("/");
        const inside = parts.length ? "./" + parts.join("/") : ".";
        place = mapped(asked.resolveDir, asked.path);
        const root = place ? undefined : linked(asked.resolveDir, name);
        for (const entry of root ? entries(packages.get(root), inside) : []) {
          place ??= source(path.resolve(root, entry), root);
        }
      } else if (asked.path.startsWith(".")) {
        const wanted = path.resolve(asked.resolveDir, asked.path);
        for (const root of above(asked.resolveDir)) {
          if (packages.has(root) && wanted.startsWith(root)) place ??= source(wanted, root);
        }
      }
      const found = place && (await ask(place));
      if (found) return found;
      if (!bare) notFound.set(`${path.relative(checkout, asked.importer)}: ${asked.path}`, true);
      return external;
    });
    // Styles, pictures, templates: they are inputs, and lead no further.
    build.onLoad({ filter: /.*/ }, (asked) => {
      const known = isScript(asked.path) || asked.path.endsWith(".json");
      if (!known) return { contents: "", loader: "empty" };
      if (!pure || asked.path.endsWith(".json")) return undefined;
      const extension = path.extname(asked.path).slice(1).replace(/^[mc]/, "");
      return { contents: withPureValues(asked.path), loader: extension === "js" ? "jsx" : extension };
    });
  },
});

// --- What is left ---------------------------------------------------------------------------------------------------

/** True if nothing is in the file, its types apart, but names that it passes on. */
const onlyNames = (() => {
  const known = new Map();
  return (input) => {
    if (!known.has(input)) {
      let code = ";";
      try {
        const text = fs.readFileSync(path.join(checkout, input), "utf8");
        const extension = path.extname(input).slice(1).replace(/^[mc]/, "");
        code = esbuild.transformSync(text, { loader: extension === "js" ? "jsx" : extension, format: "esm", jsx: "preserve" }).code;
      } catch {
        // It does not parse: there is more in it than names.
      }
      const rest = code.replace(/(?:export|import)\s*(?:\*(?:\s*as\s+\w+)?|\{[^}]*\})\s*from\s*"[^"]*";|export\s*\{[^}]*\};/g, "");
      known.set(input, isScript(input) && rest.trim() === "" && code.trim() !== "");
    }
    return known.get(input);
  };
})();

/** Adds the files that leave no byte because their names are linked to what is behind them, between files that do. */
function withPassedThrough(left, inputs) {
  const targets = (input) => (inputs[input]?.imports ?? []).filter((each) => !each.external).map((each) => each.path);
  const from = new Set();
  const open = [...left];
  while (open.length) {
    for (const target of targets(open.pop())) {
      if (!left.has(target) && !from.has(target) && onlyNames(target)) {
        from.add(target);
        open.push(target);
      }
    }
  }
  const leads = new Set();
  for (let more = true; more; ) {
    more = false;
    for (const input of from) {
      if (!leads.has(input) && targets(input).some((target) => left.has(target) || leads.has(target))) {
        leads.add(input);
        more = true;
      }
    }
  }
  return [...left, ...leads];
}

// --- One bundle per function ---------------------------------------------------------------------------------------

async function bundle(file, symbol, pure) {
  const start = symbol
    ? { stdin: { contents: `export { ${symbol} } from "./${path.basename(file)}"`, resolveDir: path.dirname(file), sourcefile: "handler-of-lockstep.js" } }
    : { entryPoints: [file] };
  const { metafile } = await esbuild.build({
    ...start,
    bundle: true,
    metafile: true,
    write: false,
    treeShaking: true,
    format: "esm",
    platform: "node",
    target: "esnext",
    jsx: "automatic",
    mainFields: ["module", "main"],
    conditions: ["source", "development"],
    loader: { ".js": "jsx" },
    outdir: path.join(checkout, "never-written"),
    absWorkingDir: checkout,
    logLevel: "silent",
    plugins: [finder(pure)],
  });
  const real = (input) => !input.includes("handler-of-lockstep");
  const left = new Set();
  for (const { inputs, entryPoint } of Object.values(metafile.outputs)) {
    if (entryPoint && real(entryPoint)) left.add(entryPoint);
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      if (bytesInOutput > 0 && real(input)) left.add(input);
    }
  }
  return { all: Object.keys(metafile.inputs).filter(real).sort(), left: withPassedThrough(left, metafile.inputs).sort() };
}

const { functions } = JSON.parse(fs.readFileSync(functionsFile, "utf8"));
const starting = functions.filter(({ entry }) => entry && isScript(entry.path));
const count = new Map();
for (const { entry } of starting) count.set(entry.path, (count.get(entry.path) ?? 0) + 1);

const [files, symbols, definitions] = [{}, {}, {}];
for (const { id, entry } of starting) {
  const file = path.join(checkout, entry.path);
  const symbol = handlers || count.get(entry.path) > 1 ? entry.symbol : undefined;
  const attempts = [symbol, undefined].slice(symbol ? 0 : 1);
  for (const [index, attempt] of attempts.entries()) {
    try {
      const { all, left } = await bundle(file, attempt);
      files[id] = all;
      symbols[id] = [...new Set([...left, entry.path])].sort();
      definitions[id] = [...new Set([...(await bundle(file, attempt, true)).left, entry.path])].sort();
      break;
    } catch (error) {
      const why = error.errors?.[0];
      const place = why?.location ? `${why.location.file}:${why.location.line}: ` : "";
      const last = index === attempts.length - 1;
      console.error(`${id}${last ? " is left out" : " is taken whole"}: ${place}${why?.text ?? error.message}`);
    }
  }
}
for (const line of [...notFound.keys()].sort()) console.error(`not found: ${line}`);
const tool = `esbuild ${esbuild.version}`;
for (const [name, what, functions] of [
  ["files", tool, files],
  ["symbols", `${tool}, shaken`, symbols],
  ["definitions", `${tool}, shaken, values too`, definitions],
]) {
  fs.writeFileSync(`${out}.${name}.json`, JSON.stringify({ tool: what, functions }, null, 1) + "\n");
}
