// <tt-mailframe><iframe src="/messages/ID/html" sandbox="allow-same-origin allow-popups …">
//
// The mail's HTML is served by ourselves, sanitised, under its own policy (`default-src 'none'`, no script at all).
// The frame is sandboxed without `allow-scripts`, so nothing in it can ever run; `allow-same-origin` then gives the
// *mail* nothing, and lets *this* page measure how tall it is. The two together would be an open door: never add
// `allow-scripts` here. Without this script the frame has a fair height and can be drawn taller.

const MAX_HEIGHT = 20_000;

class MailFrameElement extends HTMLElement {
  #observer: ResizeObserver | undefined;

  connectedCallback(): void {
    const frame = this.querySelector("iframe");
    if (!frame) return;
    frame.addEventListener("load", () => this.#follow(frame));
    if (frame.contentDocument?.readyState === "complete") this.#follow(frame);
  }

  disconnectedCallback(): void {
    this.#observer?.disconnect();
  }

  #follow(frame: HTMLIFrameElement): void {
    const body = frame.contentDocument?.body;
    if (!body || frame.contentDocument?.URL === "about:blank") return;
    const fit = () => {
      const height = Math.min(Math.ceil(body.scrollHeight), MAX_HEIGHT);
      if (height > 0) frame.style.blockSize = `${height + 2}px`;
    };
    fit();
    this.#observer?.disconnect();
    this.#observer = new ResizeObserver(fit);
    this.#observer.observe(body);
  }
}

customElements.define("tt-mailframe", MailFrameElement);
