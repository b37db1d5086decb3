// Runs the journeys in a real browser: `node e2e/run.mjs [NAME…]`. Each is a file in journeys/ that exports
// `default async function (t)`; lib/journey.mjs says what `t` can do.

import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);

function must(program, args, cwd) {
  const { status, error } = spawnSync(program, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
  if (error || status !== 0) {
    console.error(`${program} ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
    process.exit(1);
  }
}

function installPackages() {
  const lock = path.join(here, "package-lock.json");
  // npm writes this file last, so a broken-off installation doesn't count as one.
  const installed = path.join(here, "node_modules/.package-lock.json");
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
    must("npm", ["ci", "--no-audit", "--no-fund"], here);
  }
}

function builtBinary() {
  if (process.env.TERTULIA_BINARY) {
    return path.resolve(process.env.TERTULIA_BINARY);
  }
  must("cargo", ["build", "--package", "tertulia"], root);
  const target = process.env.CARGO_TARGET_DIR ? path.resolve(root, process.env.CARGO_TARGET_DIR) : path.join(root, "target");
  return path.join(target, "debug/tertulia");
}

installPackages();
const { findJourneys, runJourneys } = await import("./lib/runner.mjs");
const { findChromium, INSTALL } = await import("./lib/browser.mjs");

const journeys = findJourneys(path.join(here, "journeys"), process.argv.slice(2));
if (journeys.length === 0) {
  console.error(`no journey is called ${process.argv.slice(2).join(" or ") || "anything"}`);
  process.exit(1);
}
const chromium = findChromium();
if (!chromium) {
  if (process.env.CI === "true") {
    console.error(`Chromium is missing: install it with \`${INSTALL}\``);
    process.exit(1);
  }
  for (const { name } of journeys) {
    console.log(`skipped ${name}: Chromium not installed (install: ${INSTALL})`);
  }
  console.log("0 passed, 0 failed");
  process.exit(0);
}
const { failed } = await runJourneys({ journeys, chromium, binary: builtBinary(), pictures: path.join(here, "pictures") });
process.exit(failed === 0 ? 0 : 1);
