// Runs journeys one after the other, each with servers and pages of its own.

import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";
import { Journey, Skipped } from "./journey.mjs";

const PATIENCE = 180_000;

/** The journeys in a folder whose names contain one of `wanted`; all when none is. */
export function findJourneys(folder, wanted = []) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".mjs")).sort();
  const journeys = files.map((name) => ({ name: name.slice(0, -".mjs".length), file: path.join(folder, name) }));
  return journeys.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
}

/** Prints `ok NAME` or `not ok NAME` with the reason, and the counts at the end. */
export async function runJourneys({ journeys, chromium, binary, pictures, print = console.log }) {
  const browser = await launch(chromium);
  let running;
  const interrupted = (signal) => {
    const end = Promise.allSettled([running?.end(), browser.close()]);
    end.then(() => process.exit(signal === "SIGINT" ? 130 : 143));
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, interrupted);
  let failed = 0;
  let skipped = 0;
  try {
    for (const { name, file } of journeys) {
      const begin = Date.now();
      running = new Journey({ binary, browser, pictures });
      const failure = await outcome(running, name, file);
      const seconds = ((Date.now() - begin) / 1000).toFixed(1);
      if (failure === undefined) {
        print(`ok ${name} (${seconds} s)`);
      } else if (failure instanceof Skipped) {
        skipped += 1;
        print(`skipped ${name}: ${failure.message}`);
      } else {
        failed += 1;
        print(`not ok ${name} (${seconds} s)\n${indented(failure)}`);
      }
    }
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupted);
    await browser.close();
  }
  const passed = journeys.length - failed - skipped;
  print(`${passed} passed, ${failed} failed`);
  return { passed, failed };
}

/** Why the journey failed, or that it was skipped; nothing when it came to its end. */
async function outcome(journey, name, file) {
  let late;
  try {
    const { default: go, timeout = PATIENCE } = await import(pathToFileURL(file).href);
    const limit = new Promise((_, reject) => {
      late = setTimeout(() => reject(new Error(`not at its end after ${timeout / 1000} s`)), timeout);
    });
    const journeyed = go(journey);
    // After the limit the journey's own failure, caused by our tidying up, is of no interest.
    journeyed.catch(() => {});
    await Promise.race([journeyed, limit]);
    journey.verdict();
    return undefined;
  } catch (error) {
    if (error instanceof Skipped) return error;
    // What was on the screen says more than a stack; a page that is gone has nothing to show.
    await journey.picture(`failed-${name}`).catch(() => {});
    const log = journey.logs().split("\n").slice(-40).join("\n");
    return `${error.stack ?? error}${log.trim() ? `\n-- the server said:\n${log}` : ""}`;
  } finally {
    clearTimeout(late);
    await journey.end();
  }
}

function indented(text) {
  return text.replace(/^/gm, "    ");
}
