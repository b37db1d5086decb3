// What was typed into a field with no draft of its own waits in this tab while another page is open, until its form is sent.

const PREFIX = "typed:";

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    // Full or forbidden: then it is kept for as long as the page.
    return undefined;
  }
}

/** What is to be kept of a field, if anything: what the page brought is there again anyhow, unless it came back with a mistake. */
export function worthKeeping(value: string, brought: string, isMistaken: boolean): string | undefined {
  return value.trim() !== "" && (value !== brought || isMistaken) ? value : undefined;
}

/** Gives the field what was kept of it, if it is empty; and keeps it when the page goes. Says whether it was given something. */
export function keepTyped(field: HTMLTextAreaElement, signal: AbortSignal): boolean {
  const { form } = field;
  if (!form) return false;
  // The list beside it may be another one.
  const name = PREFIX + new URL(form.action, location.href).pathname;
  const kept = attempt(() => sessionStorage.getItem(name));
  const isGiven = !!kept && field.value === "";
  if (isGiven) field.value = kept;
  let isSent = false;
  form.addEventListener("submit", () => (isSent = true), { signal });
  const keep = () => {
    const words = isSent ? undefined : worthKeeping(field.value, field.defaultValue, field.hasAttribute("aria-invalid"));
    attempt(() => (words === undefined ? sessionStorage.removeItem(name) : sessionStorage.setItem(name, words)));
  };
  addEventListener("pagehide", keep, { signal });
  return isGiven;
}
