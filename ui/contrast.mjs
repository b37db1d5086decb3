// Computes the contrast of every pair of tokens that meet on a screen, in both themes (WCAG 2.2: 4.5:1 for text, 3:1 for
// what marks a control), and fails where one falls short. Reads tokens.css, so that there is no second list of colours.
import { readFile } from "node:fs/promises";

const css = await readFile(new URL("./src/css/tokens.css", import.meta.url), "utf8");
const tokens = new Map();
for (const [, name, light, dark] of css.matchAll(/--([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\)/g)) {
  tokens.set(name, { light, dark });
}

const grounds = ["paper", "surface", "sunk", "hover"];
const tints = ["accent-tint", "ours-tint", "danger-tint", "note-tint", "mark"];
const tones = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `tone-${n}`);
const text = [
  ...[...grounds, ...tints, ...tones].map((ground) => ["ink", ground]),
  ...[...grounds, "accent-tint", "ours-tint", "danger-tint", "note-tint"].map((ground) => ["ink-soft", ground]),
  ...["paper", "surface", "sunk", "hover", "accent-tint"].map((ground) => ["accent", ground]),
  ...["paper", "surface", "hover", "accent-tint", "ours-tint"].map((ground) => ["ours", ground]),
  ...["paper", "surface", "hover", "accent-tint", "danger-tint"].map((ground) => ["danger", ground]),
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
  ["on-danger", "danger"],
  ["paper", "ink"],
];
const controls = [...["paper", "surface"].map((ground) => ["edge", ground]), ["accent", "ours-tint"], ["ours", "sunk"]];

function luminance(hex) {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [bright, dim] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}

const failures = [];
let lowest = { ratio: Infinity };
function measure(pairs, least) {
  for (const [front, back] of pairs) {
    for (const theme of ["light", "dark"]) {
      const [ink, ground] = [tokens.get(front)?.[theme], tokens.get(back)?.[theme]];
      if (!ink || !ground) throw new Error(`tokens.css lacks --${front} or --${back}`);
      const ratio = contrast(ink, ground);
      if (ratio < least) failures.push(`--${front} on --${back}, ${theme}: ${ratio.toFixed(2)}, needs ${least}`);
      if (least === 4.5 && ratio < lowest.ratio) lowest = { ratio, words: `--${front} on --${back}, ${theme}` };
    }
  }
}

measure(text, 4.5);
measure(controls, 3);
if (failures.length > 0) {
  console.error(failures.join("\n"));
  process.exit(1);
}
console.log(`${(text.length + controls.length) * 2} pairs of colours are legible; the closest is ${lowest.words}, ${lowest.ratio.toFixed(2)}:1.`);
