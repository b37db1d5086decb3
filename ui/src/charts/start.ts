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
  // A layer of a river does not say in which week it was pointed at; its axis does.
  const when = (x: number, y: number) => Number([chart.convertFromPixel({ seriesIndex: 0 }, [x, y])].flat()[0]);
  chart.on("click", (event) => {
    const at = data.kind === "river" && event.event ? when(event.event.offsetX, event.event.offsetY) : undefined;
    const own = (event.data as { href?: string } | undefined)?.href;
    const href = own ?? leadsTo(data, event.name, at) ?? leadsTo(data, event.seriesName ?? "");
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
