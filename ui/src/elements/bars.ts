// A picture of bars is one stop of the Tab key; arrows go from bar to bar, Home and End to the first and the last (ARIA
// Authoring Practices Guide, "Keyboard Navigation Inside Components"). Without this file each bar is a stop, and the table
// below says the same.

/** To which of so many bars a key leads from one of them; nowhere with other keys. */
export function barAt(key: string, from: number, bars: number): number | undefined {
  const steps: Record<string, number> = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: bars - 1 };
  const to = steps[key];
  return to === undefined ? undefined : Math.min(Math.max(to, 0), bars - 1);
}

export function startBars(): void {
  for (const picture of document.querySelectorAll<SVGElement>("[data-bars]")) {
    const bars = [...picture.querySelectorAll<SVGAElement>("a")];
    const stopAt = (chosen: SVGAElement | undefined) => {
      for (const bar of bars) bar.setAttribute("tabindex", bar === chosen ? "0" : "-1");
    };
    stopAt(bars.find((bar) => bar.hasAttribute("aria-current")) ?? bars.at(-1));
    picture.addEventListener("focusin", ({ target }) => {
      if (target instanceof SVGAElement) stopAt(target);
    });
    picture.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !(event.target instanceof SVGAElement)) return;
      const to = barAt(event.key, bars.indexOf(event.target), bars.length);
      if (to === undefined) return;
      event.preventDefault();
      bars[to]?.focus();
    });
    // Where it is wider than the page, the newest is seen first.
    const frame = picture.parentElement;
    if (frame) frame.scrollLeft = frame.scrollWidth;
  }
}
