// Columns that scroll by themselves keep their place over a page change; the browser does so for the page itself only.

const PREFIX = "scroll:";

function keyOf(element: HTMLElement): string {
  const name = element.dataset["keepScroll"] ?? "";
  // The list stays the same while conversations change in it; the main column belongs to its address.
  return name === "main" ? `${PREFIX}main:${location.pathname}${location.search}` : PREFIX + name;
}

export function startScrollKeeping(): void {
  const navigation = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  const returning = navigation?.type === "back_forward" || navigation?.type === "reload";
  for (const element of document.querySelectorAll<HTMLElement>("[data-keep-scroll]")) {
    const kept = sessionStorage.getItem(keyOf(element));
    if (kept !== null && (returning || element.dataset["keepScroll"] !== "main")) element.scrollTop = Number(kept);
    else if (!location.hash) {
      showNewest(element);
      // Letters that come later are wider or narrower: the end moves, and who has not scrolled moves with it.
      const place = element.scrollTop;
      void document.fonts.ready.then(() => {
        if (Math.abs(element.scrollTop - place) < 2) showNewest(element);
      });
    }
  }
  addEventListener("pagehide", () => {
    for (const element of document.querySelectorAll<HTMLElement>("[data-keep-scroll]")) {
      sessionStorage.setItem(keyOf(element), String(element.scrollTop));
    }
  });
}

/** A conversation opens at the first unread message, or at its end. */
function showNewest(column: HTMLElement): void {
  const stream = column.querySelector<HTMLElement>("[data-open-at-end]");
  if (!stream?.checkVisibility()) return;
  const unread = stream.querySelector("[data-first-unread]");
  if (unread) {
    unread.scrollIntoView({ block: "start" });
    return;
  }
  // On a phone the page scrolls, on a desktop the column does; past the end is the end for both.
  const scroller = column.scrollHeight > column.clientHeight ? column : document.scrollingElement;
  scroller?.scrollTo(0, scroller.scrollHeight);
}
