// Says to the server which conversation this page shows, once when it is opened and once when it is left, so that others
// see who has it open. What the server then tells comes by the live stream (`data-live="here:7"`).
import { csrfToken, postForm } from "../http.ts";

export function startHere(): void {
  const url = document.querySelector<HTMLElement>("[data-here]")?.dataset["here"];
  if (!url) return;
  const page = nameOfThisPage();
  const enter = () => void postForm(url, new URLSearchParams({ page }), { keepalive: true }).catch(() => undefined);
  // A page that is being left can only send a beacon, and a beacon carries no header of ours.
  const leave = () => navigator.sendBeacon(`${url}/gone`, new URLSearchParams({ page, csrf: csrfToken() }));
  enter();
  addEventListener("pagehide", leave);
  // Back from the browser's memory, or after the connection was lost and we counted as gone.
  addEventListener("pageshow", (event) => event.persisted && enter());
  document.addEventListener("tertulia:reconnected", enter);
}

/** `crypto.randomUUID` is for secure origins only; a shop's own network may have none. */
function nameOfThisPage(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
