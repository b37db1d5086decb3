// Forms that a connector describes: `data-show-if="auth=token"` shows a field only while another has that value, and
// `data-guess="imap.{domain}" data-guess-from="address"` hints at a server by the address. Without this file every field
// shows, and nothing is hinted. `data-send` on the button that sends what is written lets Ctrl+Enter press it.

function valueOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}

function showFitting(form: HTMLFormElement): void {
  for (const field of form.querySelectorAll<HTMLElement>("[data-show-if]")) {
    const [name = "", value = ""] = (field.dataset["showIf"] ?? "").split("=", 2);
    field.hidden = valueOf(form, name) !== value;
  }
}

function guess(form: HTMLFormElement): void {
  for (const field of form.querySelectorAll<HTMLInputElement>("input[data-guess]")) {
    const domain = valueOf(form, field.dataset["guessFrom"] ?? "").split("@")[1]?.trim();
    field.placeholder = domain?.includes(".") ? (field.dataset["guess"] ?? "").replace("{domain}", domain) : "";
  }
}

function refresh(form: HTMLFormElement): void {
  showFitting(form);
  guess(form);
}

function sendByKey(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target instanceof HTMLTextAreaElement ? event.target.form : null;
  const button = form?.querySelector<HTMLButtonElement>("button[data-send]");
  if (!button) return;
  event.preventDefault();
  form?.requestSubmit(button);
}

export function startForms(): void {
  document.addEventListener("keydown", sendByKey);
  const forms = [...document.forms].filter((form) => form.querySelector("[data-show-if], [data-guess]"));
  for (const form of forms) {
    refresh(form);
    form.addEventListener("input", () => refresh(form));
  }
}
