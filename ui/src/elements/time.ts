// <tt-time data-ms data-style="short|fresh|ago|long"><time>…</time></tt-time>: the moment in the reader's own zone and language.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const page = document.documentElement.lang || "en";
/** The reader's region ("en-GB": 14:05) where they read the page's language; else the page's own. */
const language = navigator.languages.find((one) => one.split("-")[0] === page.split("-")[0]) ?? page;

const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(language, { weekday: "short" });
const dayMonth = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const minutes = new Intl.NumberFormat(language, { style: "unit", unit: "minute", unitDisplay: "short" });

// The server names days and ends snoozes by the reader's clock too.
document.cookie = `tz=${encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone)}; path=/; max-age=31536000; samesite=lax`;

function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

function dateWords(at: Date, now: Date): string {
  return at.getFullYear() === now.getFullYear() ? dayMonth.format(at) : dayMonthYear.format(at);
}

/** 14:05 today, Tue this week, 3 Nov this year, 3 Nov 2024 before. */
function shortWords(at: Date, now: Date): string {
  if (sameDay(at, now)) return clock.format(at);
  const age = now.getTime() - at.getTime();
  return age > 0 && age < 6 * DAY ? weekday.format(at) : dateWords(at, now);
}

function freshWords(at: Date, now: Date): string {
  const age = now.getTime() - at.getTime();
  if (age < 0 || age >= HOUR) return shortWords(at, now);
  return age < MINUTE ? "now" : minutes.format(Math.floor(age / MINUTE));
}

/** Within a sentence: "heard 3 minutes ago", "heard yesterday", "heard 3 Nov". */
function agoWords(at: Date, now: Date): string {
  const age = Math.max(0, now.getTime() - at.getTime());
  if (age < MINUTE) return relative.format(0, "second");
  if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), "minute");
  if (age < DAY) return relative.format(-Math.floor(age / HOUR), "hour");
  return age < 6 * DAY ? relative.format(-Math.floor(age / DAY), "day") : dateWords(at, now);
}

function longWords(at: Date, now: Date): string {
  return sameDay(at, now) ? clock.format(at) : `${dateWords(at, now)}, ${clock.format(at)}`;
}

const wordings: Record<string, (at: Date, now: Date) => string> = { short: shortWords, fresh: freshWords, ago: agoWords };

class TimeElement extends HTMLElement {
  static readonly shown = new Set<TimeElement>();

  /** A swap writes the server's words over the reader's, after the attributes: they are said anew whenever that happens. */
  readonly #rewritten = new MutationObserver(() => this.refresh());

  connectedCallback(): void {
    TimeElement.shown.add(this);
    this.#rewritten.observe(this, { childList: true, characterData: true, subtree: true });
    this.refresh();
  }

  disconnectedCallback(): void {
    TimeElement.shown.delete(this);
    this.#rewritten.disconnect();
  }

  static get observedAttributes(): string[] {
    return ["data-ms", "data-style"];
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.refresh();
  }

  refresh(now = new Date()): void {
    const at = new Date(Number(this.dataset["ms"]));
    const time = this.querySelector("time");
    if (!time || Number.isNaN(at.getTime())) return;
    const style = this.dataset["style"];
    const words = wordings[style ?? ""]?.(at, now) ?? longWords(at, now);
    if (time.textContent !== words) time.textContent = words;
    time.title = full.format(at);
  }
}

customElements.define("tt-time", TimeElement);

// Both "3 min" and "14:05" (past midnight it becomes "Tue") go stale; one timer for all of them, none while hidden.
setInterval(() => {
  if (document.hidden) return;
  const now = new Date();
  for (const element of TimeElement.shown) element.refresh(now);
}, 20_000);
