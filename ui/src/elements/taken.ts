// What was sent with "Send and close" leaves its page for another one, which knows nothing of it: that the server has it,
// the answer says in a cookie, and this browser then forgets its copy.
import { Shelf } from "./draft.ts";

const COOKIE = "tertulia_taken";

export function startForgettingTaken(): void {
  const said = document.cookie.split("; ").find((cookie) => cookie.startsWith(`${COOKIE}=`));
  const key = said?.slice(COOKIE.length + 1);
  if (!key) return;
  Shelf.forget(key);
  document.cookie = `${COOKIE}=; path=/; max-age=0; samesite=lax`;
}
