// Keys press what they name: `data-hotkey="e"` or `data-hotkey="g i"` on a link, a button or a field. Lists are walked
// with j and k over `[data-item]`. What has `data-hotkey-here` is pressed while its message has the focus or the pointer.
// Nothing happens while someone types, with Ctrl, Alt or Meta held, or where single keys were turned off.
import { isTyping } from "../http.ts";
import { openDialog } from "./dialog.ts";
import { areKeysOn, namedKey } from "./keys.ts";

const CHORD_MS = 1200;
const MESSAGE = "article:is(.message, .heard)";
let prefix = "";
let prefixTimer: number | undefined;

export function startHotkeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape") return leaveField(event);
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (areKeysOn() && handle(namedKey(event))) event.preventDefault();
  });
}

/** Esc in a field gives the keys back to the page; dialogs and menus close by themselves. */
function leaveField(event: KeyboardEvent): void {
  if (isTyping(event.target) && !document.querySelector("dialog[open]")) (event.target as HTMLElement).blur();
}

function handle(key: string): boolean {
  const chord = prefix ? `${prefix} ${key}` : key;
  setPrefix("");
  if (key === "g" && chord === "g") {
    setPrefix("g");
    return true;
  }
  if (chord === "j") return move(1);
  if (chord === "k") return move(-1);
  if (chord === "o") return openCurrent();
  if (chord === "?") {
    openDialog("keys");
    return true;
  }
  return press(chord);
}

function setPrefix(value: string): void {
  prefix = value;
  clearTimeout(prefixTimer);
  if (value) prefixTimer = setTimeout(() => (prefix = ""), CHORD_MS);
}

function press(chord: string): boolean {
  const candidates = document.querySelectorAll<HTMLElement>(`[data-hotkey="${CSS.escape(chord)}"]`);
  const seen = [...candidates].filter((element) => element.checkVisibility());
  // Of several things with the same keys, those of the one that has the focus.
  const here = document.activeElement?.closest("[data-keys-here]");
  const found = ofMessage(chord) ?? seen.find((element) => here?.contains(element)) ?? seen[0];
  if (!found) return false;
  // What is typed in an open fold is not put away by the key that opened it.
  const target = openField(found) ?? found;
  if (target.matches("input, textarea, select")) {
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  } else {
    target.click();
  }
  return true;
}

/** What the keys do with the message that has the focus or lies under the pointer, rather than with the newest one. */
function ofMessage(chord: string): HTMLElement | null | undefined {
  const message = document.activeElement?.closest(MESSAGE) ?? document.querySelector(`${MESSAGE}:hover`);
  return message?.querySelector<HTMLElement>(`[data-hotkey-here="${CSS.escape(chord)}"]`);
}

function openField(summary: HTMLElement): HTMLElement | null | undefined {
  const fold = summary.matches("summary") ? summary.closest("details[open]") : null;
  return fold?.querySelector<HTMLElement>("textarea, select, input:not([type=hidden])");
}

function items(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-item]")].filter((element) => element.checkVisibility());
}

function currentIndex(list: HTMLElement[]): number {
  const focused = list.indexOf(document.activeElement as HTMLElement);
  return focused >= 0 ? focused : list.findIndex((element) => element.hasAttribute("aria-current"));
}

function move(step: 1 | -1): boolean {
  const list = items();
  if (list.length === 0) return false;
  const from = currentIndex(list);
  const next = list[Math.min(Math.max(from + step, 0), list.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

function openCurrent(): boolean {
  const list = items();
  const current = list[currentIndex(list)];
  current?.click();
  return current !== undefined;
}
