// The web chat on somebody's own page: <script src="https://HOST/widget.js" data-channel="ID" async></script>.
// It puts one button and one frame there and nothing else; all that is said stays in the frame, on our own origin.
//
// data-channel   which web chat (needed)
// data-label     the words on the button ("Talk to us")
// data-side      "start" or "end": which lower corner
// data-token     a short-lived signed token that says who the visitor is

const script = document.currentScript as HTMLScriptElement | null;

function style(element: HTMLElement, rules: Record<string, string>): void {
  // Set one by one through the object model: a page's own policy may forbid style attributes, never this.
  for (const [name, value] of Object.entries(rules)) element.style.setProperty(name, value);
}

function frameFor(origin: string, channel: string, token: string | undefined): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  const address = new URL(`/chat/${encodeURIComponent(channel)}`, origin);
  // After the #, so that it reaches neither a log nor a Referer.
  if (token) address.hash = `token=${encodeURIComponent(token)}`;
  frame.src = address.href;
  frame.title = "Chat";
  frame.allow = "clipboard-write";
  return frame;
}

function place(frame: HTMLIFrameElement, side: string): void {
  const phone = matchMedia("(max-width: 480px)").matches;
  style(frame, {
    position: "fixed",
    "z-index": "2147483000",
    border: "0",
    "color-scheme": "normal",
    background: "transparent",
    "border-radius": phone ? "0" : "12px",
    "box-shadow": "0 8px 28px rgb(40 28 20 / 24%)",
    width: phone ? "100%" : "380px",
    height: phone ? "100%" : "min(620px, calc(100vh - 104px))",
    "inset-block-end": phone ? "0" : "88px",
    [`inset-inline-${side}`]: phone ? "0" : "20px",
  });
}

function launcher(label: string, side: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  style(button, {
    position: "fixed",
    "z-index": "2147483000",
    "inset-block-end": "20px",
    [`inset-inline-${side}`]: "20px",
    "min-height": "52px",
    padding: "0 22px",
    border: "0",
    "border-radius": "26px",
    background: "#a8432a",
    color: "#fffaf5",
    font: "600 16px system-ui, sans-serif",
    "box-shadow": "0 2px 10px rgb(40 28 20 / 28%)",
    cursor: "pointer",
  });
  return button;
}

function start(from: HTMLScriptElement): void {
  const { channel, label = "Talk to us", side: wanted, token } = from.dataset;
  if (!channel) {
    console.warn("The chat needs data-channel on its script tag; the channel's page shows the whole line to copy.");
    return;
  }
  const side = wanted === "start" ? "start" : "end";
  const origin = new URL(from.src).origin;
  const button = launcher(label, side);
  let frame: HTMLIFrameElement | undefined;
  const show = (open: boolean) => {
    if (open && !frame) {
      frame = frameFor(origin, channel, token);
      document.body.append(frame);
    }
    if (frame) {
      place(frame, side);
      frame.style.setProperty("display", open ? "block" : "none");
      if (open) frame.focus();
    }
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Close the chat" : label;
    if (!open) button.focus();
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  // On a phone the frame covers our button, so the page inside asks to be put away.
  addEventListener("message", (message) => {
    if (message.origin === origin && message.source === frame?.contentWindow && message.data === "tertulia:close") show(false);
  });
  document.body.append(button);
}

if (script) {
  if (document.body) start(script);
  else document.addEventListener("DOMContentLoaded", () => start(script));
}
