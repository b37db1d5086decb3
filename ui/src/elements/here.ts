// Says to the server which conversation this page shows: when it is opened, now and then while it is looked at, and once
// when it is left, so that others see who has it open. What the server then tells comes by the live stream
// (`data-live="here:7"`).
import { csrfToken, postForm } from "../http.ts";
import { randomName } from "../names.ts";

/** More often than the server forgets a page that says nothing. */
const REPEAT_MS = 45_000;

export function startHere(): void {
  const url = document.querySelector<HTMLElement>("[data-here]")?.dataset["here"];
  if (!url) return;
  const page = randomName();
  const enter = () => void postForm(url, new URLSearchParams({ page }), { keepalive: true }).catch(() => undefined);
  const enterIfSeen = () => document.hidden || enter();
  // A page that is being left can only send a beacon, and a beacon carries no header of ours.
  const leave = () => navigator.sendBeacon(`${url}/gone`, new URLSearchParams({ page, csrf: csrfToken() }));
  enter();
  addEventListener("pagehide", leave);
  // Back from the browser's memory, or after the connection was lost and we counted as gone.
  addEventListener("pageshow", (event) => event.persisted && enter());
  document.addEventListener("tertulia:reconnected", enter);
  document.addEventListener("visibilitychange", enterIfSeen);
  setInterval(enterIfSeen, REPEAT_MS);
}
