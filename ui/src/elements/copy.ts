// `<button data-copy="id" hidden>` puts the value of the field with that id on the clipboard, and says so.

const SAID_FOR_MS = 3000;

export function startCopying(): void {
  for (const button of document.querySelectorAll<HTMLElement>("button[data-copy]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
    const field = document.getElementById(button?.dataset["copy"] ?? "");
    if (button && field instanceof HTMLInputElement) void copy(field).then((done) => done && say(button));
  });
}

async function copy(field: HTMLInputElement): Promise<boolean> {
  field.select();
  // The clipboard is for secure origins; on a plain http address in a shop's own network the older way still works.
  if (!navigator.clipboard) return document.execCommand("copy");
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Refused: the field is selected, so the keyboard's own way is one step.
    return false;
  }
}

function say(button: HTMLElement): void {
  const words = button.querySelector<HTMLElement>("[data-copied]");
  if (!words || words.dataset["plain"]) return;
  const plain = words.textContent ?? "";
  words.dataset["plain"] = plain;
  words.textContent = words.dataset["copied"] ?? plain;
  setTimeout(() => {
    words.textContent = plain;
    delete words.dataset["plain"];
  }, SAID_FOR_MS);
}
