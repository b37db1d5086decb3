/** The token every change carries; the page brings it in a <meta>. */
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
}

export function postForm(url: string, body: FormData | URLSearchParams, options: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body,
    headers: { "X-CSRF-Token": csrfToken() },
    credentials: "same-origin",
    ...options,
  });
}

/** Whether a key pressed now belongs to a field and not to the page. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"))
  );
}
