// Builds dist/banner.js from src/. With --check, says whether the committed file is what src/ gives.
import { readFile, writeFile } from "node:fs/promises";
import { build, transform } from "esbuild";

const here = new URL(".", import.meta.url);
const target = new URL("dist/banner.js", here);

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

const { outputFiles } = await build({
  entryPoints: [new URL("src/banner.js", here).pathname],
  bundle: true,
  format: "iife",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  plugins: [css],
  write: false,
});
const built = outputFiles[0].text;
const uses = built.split("__PRIVACY_CONFIG__").length - 1;
if (uses !== 1) throw new Error(`__PRIVACY_CONFIG__ must stand once in the result, not ${uses} times`);

if (process.argv.includes("--check")) {
  if (built !== (await readFile(target, "utf8"))) {
    console.error("dist/banner.js is stale: run `npm run build` in static/consent-banner and commit it");
    process.exit(1);
  }
} else {
  await writeFile(target, built);
  console.log(`dist/banner.js: ${Buffer.byteLength(built)} bytes`);
}
