// Accessibility, checked by axe-core against WCAG 2.2 AA.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** What WCAG does not ask for in so many words, and who walks a page by its headings and parts goes by. */
const ORDER = ["heading-order", "empty-heading", "page-has-heading-one", "landmark-one-main", "landmark-unique", "region", "skip-link"];

/** So often a page is looked at again for a target that is too small where it lies. */
const MOST_BEHIND = 3;

/** The serious and critical violations on the page, and what is out of order, one line each. */
export async function violations(page) {
  // By the debugger, since the page's own policy rightly refuses a script that is slipped in.
  const debug = await page.context().newCDPSession(page);
  try {
    await evaluate(debug, `${SOURCE}; undefined`);
    const rules = Object.fromEntries(ORDER.map((rule) => [rule, { enabled: true }]));
    const options = JSON.stringify({ resultTypes: ["violations"], runOnly: { type: "tag", values: TAGS }, rules });
    const look = `axe.run(document, ${options}).then((result) => result.violations)`;
    let found = await evaluate(debug, look);
    // A target that lies half behind the composer just now is as large as it is once it is scrolled into view.
    for (let again = 0; again < MOST_BEHIND && found.some(({ id }) => id === "target-size"); again++) {
      const [{ nodes }] = found.filter(({ id }) => id === "target-size");
      const into = `document.querySelector(${JSON.stringify(nodes[0].target.at(-1))})?.scrollIntoView({ block: "center", behavior: "instant" })`;
      await evaluate(debug, `${into}; undefined`);
      found = await evaluate(debug, look);
    }
    const isGrave = ({ id, impact }) => impact === "serious" || impact === "critical" || ORDER.includes(id);
    return found.filter(isGrave).map(inOneLine);
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
