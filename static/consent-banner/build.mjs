// Builds dist/ from src/. With --check, says whether the committed files are what src/ gives.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { brotliCompressSync, constants } from "node:zlib";
import { build, transform } from "esbuild";

const here = new URL(".", import.meta.url);
const ALONE = new Set(["move", "tcf"]);
const PLACE = "__PRIVACY_CONFIG__";

// The style travels inside the script, as a string for a constructed stylesheet: one request, and
// nothing that style-src could refuse.
const css = {
  name: "css-as-text",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

// A file that is fetched later uses the stub that is on the page already, not one of its own.
const bridge = {
  name: "bridge",
  setup(builder) {
    builder.onResolve({ filter: /\/stub\.js$/ }, () => ({
      path: new URL("src/bridge.js", here).pathname,
    }));
  },
};

const styled = async (...names) =>
  (await Promise.all(names.map(async (name) => {
    const text = await readFile(new URL(`src/${name}.css`, here), "utf8");
    return (await transform(text, { loader: "css", minify: true })).code.trim();
  }))).join("");

async function bundled(entry, format, plugins = []) {
  const { outputFiles } = await build({
    entryPoints: [new URL(`src/${entry}.js`, here).pathname],
    bundle: true,
    format,
    target: "es2022",
    minify: true,
    charset: "utf8",
    legalComments: "none",
    plugins: [css, ...plugins],
    write: false,
  });
  const text = outputFiles[0].text.trim();
  const uses = text.split(PLACE).length - 1;
  if (!ALONE.has(entry) && uses !== 1) throw new Error(`${PLACE} must stand once in ${entry}, not ${uses} times`);
  return text;
}

// The pinned file asks for its configuration under the address that it came from.
const pinned = async () =>
  `(async t=>{try{const{site:s,lang:l}=t.dataset,` +
  `privacyConfig=await(await fetch(new URL("../"+s+".json"+(l?"?lang="+l:""),t.src))).json();` +
  (await bundled("pinned", "iife")).replace(PLACE, "privacyConfig") +
  `}catch(e){console.warn("privacy:",e)}})(document.currentScript)\n`;

const results = {
  "banner.js": await bundled("first", "iife"),
  "stub.js": await bundled("return", "iife"),
  "ui.js": await bundled("rest", "esm", [bridge]),
  "panel.js": await bundled("more", "esm", [bridge]),
  "pinned.js": await pinned(),
  "tcf.js": await bundled("tcf", "esm"),
  "move.js": await bundled("move", "iife"),
  "drawn.css": await styled("ui", "drawn"),
};

let stale = false;
for (const [name, text] of Object.entries(results)) {
  const target = new URL(`dist/${name}`, here);
  if (process.argv.includes("--check")) {
    if (text !== (await readFile(target, "utf8").catch(() => ""))) {
      console.error(`dist/${name} is stale: run \`npm run build\` in static/consent-banner and commit it`);
      stale = true;
    }
  } else {
    await writeFile(target, text);
    const brotli = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    console.log(`dist/${name}: ${Buffer.byteLength(text)} bytes, ${brotli.length} as brotli`);
  }
}
if (stale) process.exit(1);

// What pages have pinned must be served for as long as they pin it.
if (process.argv.includes("--keep")) {
  const hash = createHash("sha256").update(results["pinned.js"]).digest("base64url").slice(0, 12);
  await mkdir(new URL("dist/kept/", here), { recursive: true });
  await writeFile(new URL(`dist/kept/${hash}.js`, here), results["pinned.js"]);
}
