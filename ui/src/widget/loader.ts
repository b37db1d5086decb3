// The one script that a site pastes: a launcher button and, once it is needed, the chat in an iframe.
//
// It lives on somebody else's page: a shadow root keeps both styles apart, nothing is written as HTML (Trusted Types),
// and nothing loads before it is wanted. The server puts one line before this file, `window.TertuliaChat=Object.assign(…)`
// with `page: { title, colour, ink }`; the site may set `identity` (a token, or a function that fetches one) there too.

import type { FromFrame, Kept, ToFrame } from "./frame-messages";

interface Chat {
  page?: { title?: string; colour?: string; ink?: string };
  identity?: string | (() => string | null | Promise<string | null>);
  loaded?: boolean;
}

/** "Chat with us" and "Close the chat". */
const WORDS: Record<string, [open: string, close: string]> = {
  en: ["Chat with us", "Close the chat"],
  es: ["Chatea con nosotros", "Cerrar el chat"],
  de: ["Schreiben Sie uns", "Chat schließen"],
  fr: ["Discutez avec nous", "Fermer la discussion"],
  ar: ["تحدّث معنا", "إغلاق المحادثة"],
  ja: ["チャットを開く", "チャットを閉じる"],
};

const SMALL = "(max-width:600px),(max-height:480px)";
const STYLE = `
:host{all:initial;position:fixed;z-index:2147483000;inset-block-end:20px;inset-inline-end:20px}
button{all:unset;cursor:pointer;inline-size:56px;block-size:56px;border-radius:50%;display:grid;place-items:center;background:var(--c);color:var(--i);box-shadow:0 4px 20px #0005}
button:focus-visible{outline:3px solid var(--c);outline-offset:3px}
svg{inline-size:26px;fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
b{position:absolute;inset-block-start:0;inset-inline-end:0;inline-size:12px;block-size:12px;border-radius:50%;background:#a01f2e;border:2px solid #fff}
[hidden]{display:none}
iframe{position:fixed;inset-block-end:88px;inset-inline-end:20px;inline-size:384px;block-size:min(620px,calc(100dvh - 108px));border:0;border-radius:12px;box-shadow:0 8px 40px #0005}
@media ${SMALL}{iframe{inset:0;inline-size:100%;block-size:100dvh;border-radius:0}}
@media(prefers-reduced-motion:no-preference){iframe{animation:a .12s}@keyframes a{from{opacity:0}}}
@media(forced-colors:active){button{border:2px solid}}
@media print{:host{display:none}}`;

function start(src: string, chat: Chat): void {
  const base = new URL(".", src);
  const page = chat.page ?? {};
  const words = WORDS[(document.documentElement.lang || navigator.language).slice(0, 2)] ?? WORDS["en"]!;
  const label = page.title ? `${words[0]} · ${page.title}` : words[0];
  const small = matchMedia(SMALL);
  const note = `tertulia:${base.pathname}:`;

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  host.style.setProperty("--c", page.colour ?? "#a8432a");
  host.style.setProperty("--i", page.ink ?? "#fff");

  const button = document.createElement("button");
  const dot = document.createElement("b");
  button.append(icon(), dot);
  root.append(button);

  let frame: HTMLIFrameElement | undefined;
  let ready = false;
  let open = false;
  let focused = false;
  let unread = 0;
  let scroll: string | null = null;

  // Nothing is said before the frame has spoken: until then the window still is of this page's own origin.
  const say = (message: ToFrame): void => {
    if (ready) frame?.contentWindow?.postMessage(message, base.origin);
  };

  function relabel(): void {
    button.ariaLabel = button.title = open ? words[1] : unread ? `${label} (${unread})` : label;
    button.ariaExpanded = `${open}`;
    dot.hidden = open || !unread;
  }

  function load(): void {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = label;
    frame.src = `${base}frame?from=${encodeURIComponent(location.origin)}`;
    frame.hidden = true;
    root.prepend(frame);
  }

  /** `focus` only where the visitor asked: a chat that opens again on the next page takes nobody's place. */
  function show(to: boolean, focus: boolean): void {
    if (to) load();
    open = to;
    focused = focus;
    kept("sessionStorage", to);
    frame!.hidden = !to;
    const full = to && small.matches;
    button.hidden = full;
    // The page behind a chat that fills the screen stands still.
    const style = document.documentElement.style;
    if (full) {
      scroll ??= style.overflow;
      style.overflow = "hidden";
    } else if (scroll !== null) {
      style.overflow = scroll;
      scroll = null;
    }
    relabel();
    say({ tertulia: to ? "open" : "close", focus });
    if (focus) (to ? frame! : button).focus();
  }

  async function hello(): Promise<void> {
    let identity: string | null = null;
    try {
      identity = (await (typeof chat.identity === "function" ? chat.identity() : chat.identity)) ?? null;
    } catch (error) {
      console.warn(error);
    }
    ready = true;
    say({ tertulia: "hello", open, focus: focused, identity, kept: notes() });
  }

  /** What the frame asked us to keep, since its browser gives it no storage of its own. */
  function notes(): Kept {
    const found: Kept = {};
    try {
      for (const [key, value] of Object.entries(localStorage)) {
        if (key.startsWith(note)) found[key.slice(note.length)] = value as string;
      }
    } catch {}
    return found;
  }

  function keep(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(note + name);
      else localStorage.setItem(note + name, value);
    } catch {}
  }

  /** Reads a mark, or sets it. A page that may keep nothing only begins with a closed chat each time. */
  function kept(storage: "localStorage" | "sessionStorage", to?: boolean): unknown {
    const name = `tertulia:${base.pathname}`;
    try {
      if (to) window[storage].setItem(name, "1");
      else if (to === false) window[storage].removeItem(name);
      return window[storage].getItem(name);
    } catch {
      return null;
    }
  }

  addEventListener("message", ({ source, origin, data }: MessageEvent<FromFrame>) => {
    if (!frame || source !== frame.contentWindow || origin !== base.origin) return;
    if (data.tertulia === "ready") void hello();
    if (data.tertulia === "close") show(false, true);
    if (data.tertulia === "keep") keep(data.name, data.value);
    if (data.tertulia === "talked") kept("localStorage", true);
    if (data.tertulia === "unread") {
      unread = data.count;
      relabel();
    }
  });
  button.onclick = () => show(!open, true);

  relabel();
  document.body.append(host);
  if (kept("sessionStorage")) show(true, false);
  else if (kept("localStorage")) load();
}

function icon(): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  path.setAttribute("d", "M4 5h16v11H11l-5 4v-4H4z");
  svg.append(path);
  return svg;
}

const script = document.currentScript as HTMLScriptElement;
const chat: Chat = ((window as { TertuliaChat?: Chat }).TertuliaChat ??= {});
if (!chat.loaded) {
  chat.loaded = true;
  if (document.body) start(script.src, chat);
  else addEventListener("DOMContentLoaded", () => start(script.src, chat));
}
