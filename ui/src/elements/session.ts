// Who is signed in is the browser's matter, not the page's: when it changes, pages that were drawn for somebody else load
// anew, and a page whose session was ended elsewhere says so and keeps what was written in it.
import { csrfToken } from "../http.ts";

type Word = { drawnFor: string } | { ended: string };

const channel = new BroadcastChannel("tertulia-session");
const tell = (word: Word) => channel.postMessage(word);

export function startSession(): void {
  const token = csrfToken();
  // Error pages and the like know nothing of who is signed in; the sign-in is shown to nobody but who is signed out.
  if (!token && document.body.dataset["page"] !== "sign-in") return;
  tell({ drawnFor: token });
  channel.addEventListener("message", ({ data }: MessageEvent<Word>) => {
    if (token && "ended" in data && data.ended === token) showSignedOut();
    // By address and not by `reload`, which would send the form again that a page may be the answer to.
    if ("drawnFor" in data && data.drawnFor !== token) location.replace(location.pathname + location.search);
  });
  if (token) addEventListener("pageshow", (event) => event.persisted && void askForSession());
}

/** Asks whether the session this page was drawn for still runs; says it to who reads it, in all tabs, if not. */
export async function askForSession(): Promise<"runs" | "ended" | "unknown"> {
  const headers = { "X-CSRF-Token": csrfToken() };
  const answer = await fetch("/live/member", { headers, credentials: "same-origin" }).catch(() => undefined);
  if (answer?.status !== 401) return answer?.ok ? "runs" : "unknown";
  tell({ ended: csrfToken() });
  showSignedOut();
  return "ended";
}

function showSignedOut(): void {
  const line = document.getElementById("signed-out-line");
  if (!line) return;
  const here = encodeURIComponent(location.pathname + location.search);
  line.querySelector("a")?.setAttribute("href", `/sign-in?next=${here}`);
  line.hidden = false;
  document.getElementById("connection-line")?.setAttribute("hidden", "");
}
