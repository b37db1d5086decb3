import htmx from "htmx.org";
import { askForSession } from "./elements/session.ts";
import { csrfToken } from "./http.ts";

interface HtmxInternals {
  initSecurity(policy: null, sync: unknown, async: unknown): void;
}

/** No attribute of the page is ever run as code; the content security policy says the same a second time. */
function refuseToEvaluate(): never {
  throw new Error("Tertulia runs no code from attributes.");
}

/** A time put into the reader's zone and a mail's frame drawn to its height stay while they mean the same; a form that was
 * opened in the place of what it changes (`data-holds-form`), and the way back from what it did, until they are done with. */
function keepsItself(oldNode: Node, newNode: Node): boolean {
  if (!(oldNode instanceof HTMLElement) || !(newNode instanceof HTMLElement)) return false;
  if ("holdsForm" in oldNode.dataset) return oldNode.querySelector("form") !== null;
  if (oldNode.localName === "tt-time") return oldNode.dataset["ms"] === newNode.dataset["ms"];
  return oldNode.localName === "iframe" && oldNode.getAttribute("src") === newNode.getAttribute("src");
}

htmx.registerExtension("tertulia", {
  init(internals: HtmxInternals) {
    internals.initSecurity(null, refuseToEvaluate, refuseToEvaluate);
  },
  htmx_before_morph_node(oldNode: Node, detail: { newNode: Node }): boolean {
    return !keepsItself(oldNode, detail.newNode);
  },
});

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (request.method.toUpperCase() !== "GET") Object.assign(request.headers, { "X-CSRF-Token": csrfToken() });
});

/** What a dialog showed before is not of what it was opened for now. */
document.addEventListener("htmx:before:request", (event) => {
  const { target } = event.detail.ctx;
  if (target instanceof Element && target.closest("dialog")) target.replaceChildren();
});

/** What is taken out of a page is not there in a refusal or in the sign-in page: the old stays, and it is said. */
document.addEventListener("htmx:before:swap", (event) => {
  const { response, sourceElement, text } = event.detail.ctx;
  if (!response) return;
  // A refusal that answers a script is a piece itself, and stands where the answer would.
  if (!response.raw.redirected && (response.status < 400 || !sourceElement.hasAttribute("hx-select"))) return;
  event.preventDefault();
  if (response.raw.redirected || response.status === 401) void askForSession();
  const line = document.createElement("p");
  line.className = "toast";
  line.role = "alert";
  // A whole page has alerts of its own that nobody is to see.
  const refusal = response.status < 400 ? null : new DOMParser().parseFromString(text ?? "", "text/html").querySelector("[role=alert]");
  line.textContent = refusal?.textContent ?? "This could not be loaded. Try it again.";
  document.getElementById("toasts")?.replaceChildren(line);
});

/** Replaces what is inside `target`, keeping every node that is still the same: focus, selection and scroll stay. */
export function morphInside(target: Element, html: string): Promise<void> {
  return htmx.swap({ target, text: html, swap: "innerMorph", sourceElement: target });
}
