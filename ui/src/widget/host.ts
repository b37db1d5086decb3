// The site's page around the frame, if there is one.

import type { FromFrame, ToFrame } from "./frame-messages";

export interface Host {
  /** Whether a site shows the frame; else the page stands alone. */
  embedded: boolean;
  say(message: FromFrame): void;
}

/**
 * `allowed` are the origins whose pages may embed us. The page says in `?from=` which of them it is; a lie there only
 * means that nothing reaches it, since messages go to that origin alone.
 */
export function meetHost(allowed: string[], heard: (message: ToFrame) => void): Host {
  const from = new URLSearchParams(location.search).get("from") ?? "";
  if (window.parent === window || !allowed.includes(from)) {
    return { embedded: false, say: () => undefined };
  }
  addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.source !== window.parent || event.origin !== from) return;
    const message = toFrame(event.data);
    if (message) heard(message);
  });
  return { embedded: true, say: (message) => window.parent.postMessage(message, from) };
}

function toFrame(data: unknown): ToFrame | null {
  if (typeof data !== "object" || data === null || !("tertulia" in data)) return null;
  const said = data as Record<string, unknown>;
  if (said["tertulia"] === "hello") {
    const identity = typeof said["identity"] === "string" ? said["identity"] : null;
    const notes = Object.entries(said["kept"] ?? {}).filter((note): note is [string, string] => typeof note[1] === "string");
    const kept = Object.fromEntries(notes);
    return { tertulia: "hello", open: said["open"] === true, focus: said["focus"] === true, identity, kept };
  }
  if (said["tertulia"] === "open" || said["tertulia"] === "close") {
    return { tertulia: said["tertulia"], focus: said["focus"] === true };
  }
  return null;
}
