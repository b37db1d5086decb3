// Draws each figure that has data, and draws it anew where the colours or the width change.
import { CustomChart, LineChart, ScatterChart, ThemeRiverChart } from "echarts/charts";
import { GridComponent, LegendScrollComponent, MarkLineComponent, SingleAxisComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { type ChartData, height, leadsTo, read } from "./data.ts";
import { type Colours, options } from "./options.ts";

use([
  CustomChart,
  LineChart,
  ScatterChart,
  ThemeRiverChart,
  GridComponent,
  LegendScrollComponent,
  MarkLineComponent,
  SingleAxisComponent,
  TooltipComponent,
  CanvasRenderer,
]);

/** The tokens as they are now: a canvas knows no variables, and no light-dark(). */
function colours(beside: HTMLElement): Colours {
  const probe = document.createElement("span");
  probe.hidden = true;
  beside.append(probe);
  const resolved = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    ink: resolved("--ink"),
    soft: resolved("--ink-soft"),
    line: resolved("--line"),
    surface: resolved("--surface"),
    ours: resolved("--ours"),
    accent: resolved("--accent"),
    series: ["--series-1", "--series-2", "--series-3", "--series-4", "--series-5"].map(resolved),
    font: getComputedStyle(beside).fontFamily,
  };
  probe.remove();
  return found;
}

function draw(frame: HTMLElement, data: ChartData): () => void {
  frame.hidden = false;
  frame.style.blockSize = `${height(data)}px`;
  const chart = init(frame, undefined, { renderer: "canvas" });
  const paint = () => chart.setOption(options(data, colours(frame)), true);
  paint();
  chart.on("click", (event) => {
    const href = (event.data as { href?: string } | undefined)?.href ?? leadsTo(data, event.name);
    if (href) location.assign(href);
  });
  new ResizeObserver(() => chart.resize()).observe(frame);
  return paint;
}

export function start(): void {
  const paints: (() => void)[] = [];
  for (const frame of document.querySelectorAll<HTMLElement>("[data-chart]")) {
    const data = read(frame.dataset["chart"]);
    if (data) paints.push(draw(frame, data));
  }
  const again = () => paints.forEach((paint) => paint());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  // Paper is light.
  matchMedia("print").addEventListener("change", again);
}
