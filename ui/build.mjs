// Builds ui/dist: hashed bundles, the fonts they name, the icon sprite, and manifest.json (plain name -> hashed name).
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "dist");
const modules = path.join(here, "node_modules");

// `size-adjust` brings the two faces to one optical size: the serif's x-height is far larger than the sans's.
const FACES = [
  { family: "Tertulia Sans", from: "@fontsource-variable/source-sans-3", style: "wght", sizeAdjust: "105%" },
  { family: "Tertulia Sans", from: "@fontsource-variable/source-sans-3", style: "wght-italic", sizeAdjust: "105%" },
  { family: "Tertulia Serif", from: "@fontsource-variable/literata", style: "wght", sizeAdjust: "102%" },
  { family: "Tertulia Serif", from: "@fontsource-variable/literata", style: "wght-italic", sizeAdjust: "102%" },
];
const SUBSETS = ["latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "vietnamese"];

async function fontCss() {
  const rules = await Promise.all(FACES.map(fontRules));
  return rules.flat().join("\n");
}

async function fontRules({ family, from, style, sizeAdjust }) {
  const css = await readFile(path.join(modules, from, `${style}.css`), "utf8");
  const slug = from.split("/")[1];
  const variant = style === "wght" ? "wght-normal" : style;
  return SUBSETS.map((subset) => {
    const name = `${slug}-${subset}-${variant}`;
    const rule = css.match(new RegExp(`/\\* ${name} \\*/\\s*(@font-face\\s*\\{[^}]*\\})`))?.[1];
    if (!rule) throw new Error(`${from}/${style}.css has no rule for ${name}`);
    return rule
      .replace(/font-family:[^;]*;/, `font-family: "${family}";\n  size-adjust: ${sizeAdjust};`)
      .replace("./files/", `${from}/files/`)
      .replace("woff2-variations", "woff2");
  });
}

const fontsPlugin = {
  name: "fonts",
  setup(build) {
    build.onResolve({ filter: /^virtual:fonts$/ }, () => ({ path: "fonts.css", namespace: "fonts" }));
    build.onLoad({ filter: /.*/, namespace: "fonts" }, async () => ({
      contents: await fontCss(),
      loader: "css",
      resolveDir: here,
    }));
  },
};

async function iconSprite() {
  const lines = (await readFile(path.join(here, "icons.txt"), "utf8")).split("\n");
  const names = lines.map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
  const symbols = await Promise.all(names.map(iconSymbol));
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

async function iconSymbol(name) {
  const svg = await readFile(path.join(modules, "lucide-static/icons", `${name}.svg`), "utf8");
  const shapes = svg.match(/<svg[^>]*>([\s\S]*)<\/svg>/)?.[1];
  if (!shapes) throw new Error(`lucide's ${name}.svg is not as expected`);
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">${shapes.trim().replace(/\s*\n\s*/g, "")}</symbol>`;
}

async function writeHashed(name, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  const { name: stem, ext } = path.parse(name);
  const hashed = `${stem}-${hash}${ext}`;
  await writeFile(path.join(dist, hashed), text);
  return hashed;
}

/** Every bundle by its plain name. The chat's own are a guest's luggage on other people's pages, so they stand apart. */
const ENTRIES = {
  "app.js": "src/app.ts",
  "app.css": "src/app.css",
  "widget.js": "src/widget/loader.ts",
  "chat.js": "src/widget/chat.ts",
  "chat.css": "src/css/widget.css",
  "roadmap.css": "src/roadmap.css",
  "charts.js": "src/charts/main.ts",
};

async function bundle() {
  const present = Object.entries(ENTRIES).filter(([, source]) => existsSync(path.join(here, source)));
  const result = await esbuild.build({
    entryPoints: present.map(([name, source]) => ({ in: source, out: path.parse(name).name })),
    absWorkingDir: here,
    outdir: "dist",
    entryNames: "[name]-[hash]",
    assetNames: "fonts/[name]-[hash]",
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2022"],
    supported: { "import-meta": true },
    loader: { ".woff2": "file" },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    plugins: [fontsPlugin],
  });
  const manifest = {};
  for (const [file, output] of Object.entries(result.metafile.outputs)) {
    const hashed = path.relative("dist", file);
    const entry = present.find(([, source]) => source === output.entryPoint)?.[0];
    manifest[entry ?? hashed.replace(/-[0-9A-Z]{8}(?=\.\w+$)/, "")] = hashed;
  }
  return manifest;
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const manifest = await bundle();
manifest["icons.svg"] = await writeHashed("icons.svg", await iconSprite());
const sorted = Object.fromEntries(Object.entries(manifest).sort());
await writeFile(path.join(dist, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);
