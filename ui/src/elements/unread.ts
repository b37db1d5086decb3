// The number beside "Inbox" (`[data-unread]`, kept by live.ts) stands in the page's title too: there it is seen while
// another page is before it.

function say(count: string): void {
  const title = document.title.replace(/^\(\d+\+?\) /, "");
  const said = count ? `(${count}) ${title}` : title;
  if (document.title !== said) document.title = said;
}

export function startUnread(): void {
  const beside = document.querySelector<HTMLElement>("[data-unread]");
  if (!beside) return;
  const look = () => say(beside.querySelector("span")?.textContent ?? "");
  new MutationObserver(look).observe(beside, { childList: true, characterData: true, subtree: true });
}
