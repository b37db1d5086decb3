// Single keys: whether they are on, and which key was meant. Who dictates, or rests a hand on the keyboard, turns them off
// (WCAG 2.1.4); that belongs to the keyboard at hand, so it is kept in this browser.

const KEPT_AS = "single-keys";

/** What a storage that is full or forbidden keeps is how they begin: on. */
export function areKeysOn(): boolean {
  try {
    return localStorage.getItem(KEPT_AS) !== "off";
  } catch {
    return true;
  }
}

function turnKeys(on: boolean): void {
  try {
    if (on) localStorage.removeItem(KEPT_AS);
    else localStorage.setItem(KEPT_AS, "off");
  } catch {
    // It holds for nothing, and the switch shows so.
  }
}

/** The key as our lists name it: on a keyboard whose letters are not Latin, the one that has its place there. */
export function namedKey({ key, code, shiftKey }: Pick<KeyboardEvent, "key" | "code" | "shiftKey">): string {
  if ([...key].length !== 1 || /[\p{ASCII}\p{Script=Latin}]/u.test(key)) return key;
  if (code === "Slash") return shiftKey ? "?" : "/";
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (!letter) return key;
  return shiftKey ? letter : letter.toLowerCase();
}

/** `[data-keys-switch]` holds a box to tick; `[data-single-keys]` is there while they are on. */
function showKeys(): void {
  const on = areKeysOn();
  for (const place of document.querySelectorAll<HTMLElement>("[data-keys-switch]")) {
    place.hidden = false;
    const box = place.querySelector("input");
    if (box) box.checked = on;
  }
  for (const list of document.querySelectorAll<HTMLElement>("[data-single-keys]")) list.hidden = !on;
}

export function startKeys(): void {
  showKeys();
  addEventListener("storage", (event) => event.key === KEPT_AS && showKeys());
  addEventListener("pageshow", (event) => event.persisted && showKeys());
  document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.closest("[data-keys-switch]")) return;
    turnKeys(target.checked);
    showKeys();
  });
}
