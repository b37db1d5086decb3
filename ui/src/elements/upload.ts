// <tt-upload><form enctype="multipart/form-data">…<div data-upload-progress hidden>…: a bar while a large file goes up.
// fetch() can't report what was sent; XMLHttpRequest can.
import { csrfToken } from "../http.ts";

class UploadElement extends HTMLElement {
  connectedCallback(): void {
    this.querySelector("form")?.addEventListener("submit", (event) => this.#send(event));
  }

  #send(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    const box = this.querySelector<HTMLElement>("[data-upload-progress]");
    const bar = box?.querySelector("progress");
    const words = box?.querySelector("[data-words]");
    if (!box || !bar || !words) return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    const say = (text: string) => (words.textContent = text);
    box.hidden = false;
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      bar.max = step.total;
      bar.value = step.loaded;
      say(`${megabytes(step.loaded)} of ${megabytes(step.total)} MB sent`);
    });
    request.upload.addEventListener("load", () => say("All sent. Looking at it now."));
    request.addEventListener("load", () => this.#finish(form, request, say));
    request.addEventListener("error", () => this.#fail(form, say, "The connection broke off. Nothing was taken in; send it again."));
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRF-Token", csrfToken());
    request.send(new FormData(form));
  }

  #finish(form: HTMLFormElement, request: XMLHttpRequest, say: (text: string) => void): void {
    if (request.status < 400) location.assign(request.responseURL || location.href);
    else this.#fail(form, say, reason(request) || "It was not taken. Nothing was changed; look at the file and send it again.");
  }

  #fail(form: HTMLFormElement, say: (text: string) => void, text: string): void {
    say(text);
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  }
}

/** Why the server refused, in its own words; a server in between may answer with a whole page, which is nobody's help. */
function reason(request: XMLHttpRequest): string {
  const answer = new DOMParser().parseFromString(request.responseText, "text/html");
  return answer.querySelector(".banner")?.textContent?.trim() ?? "";
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

customElements.define("tt-upload", UploadElement);
