// Accessibility, checked by axe-core against WCAG 2.2 AA.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** The serious and critical violations on the page, one line each. */
export async function violations(page) {
  // By the debugger, since the page's own policy rightly refuses a script that is slipped in.
  const debug = await page.context().newCDPSession(page);
  try {
    await evaluate(debug, `${SOURCE}; undefined`);
    const options = JSON.stringify({ resultTypes: ["violations"], runOnly: { type: "tag", values: TAGS } });
    const found = await evaluate(debug, `axe.run(document, ${options}).then((result) => result.violations)`);
    return found.filter(({ impact }) => impact === "serious" || impact === "critical").map(inOneLine);
  } finally {
    await debug.detach();
  }
}

async function evaluate(debug, expression) {
  const options = { expression, awaitPromise: true, returnByValue: true };
  const { result, exceptionDetails } = await debug.send("Runtime.evaluate", options);
  if (exceptionDetails) {
    throw new Error(`axe-core failed: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  }
  return result.value;
}

function inOneLine({ id, impact, help, nodes }) {
  const places = nodes.slice(0, 5).map(({ target }) => target.join(" "));
  return `${impact}: ${help} (${id}) at ${places.join(", ")}${nodes.length > 5 ? ` and ${nodes.length - 5} more` : ""}`;
}
