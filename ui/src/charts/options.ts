// Pictures as ECharts draws them. Tooltips are drawn, not written as HTML, so that the page's policy holds.
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams, CustomSeriesRenderItemReturn } from "echarts";
import { type ChartData, type Dots, type Line, type Mark, type RiverPoint, day, percent, reach, riverPoints, riverWords } from "./data.ts";

export interface Colours {
  ink: string;
  soft: string;
  line: string;
  surface: string;
  ours: string;
  accent: string;
  series: string[];
  font: string;
}

function tooltip(colours: Colours) {
  return {
    renderMode: "richText" as const,
    backgroundColor: colours.surface,
    borderColor: colours.line,
    textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 14 },
    confine: true,
  };
}

const BAR = 14;

/**
 * A line from end to end of an interval with a dot at its value, and an open one where a machine sees it; beside a parity also a bar
 * from there to the value.
 */
function whisker(colour: string, most: number, inside: string, parity: number | undefined) {
  return (_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): CustomSeriesRenderItemReturn => {
    const row = api.value(3);
    const [from] = [api.coord([Math.min(Number(api.value(1)), most), row])];
    const to = api.coord([Math.min(Number(api.value(2)), most), row]);
    const at = api.coord([Math.min(Number(api.value(0)), most), row]);
    if (!from || !to || !at) return null;
    const [x1 = 0, y = 0] = from;
    const x2 = to[0] ?? 0;
    const stroke = { stroke: colour, lineWidth: 2 };
    const machine = Number(api.value(4));
    const open = machine >= 0 ? api.coord([Math.min(machine, most), row]) : undefined;
    const base = parity === undefined ? undefined : api.coord([parity, row])[0];
    const bar = base === undefined ? undefined : { x: Math.min(base, at[0] ?? 0), width: Math.abs((at[0] ?? 0) - base) };
    return {
      type: "group",
      children: [
        ...(bar
          ? [{ type: "rect" as const, shape: { ...bar, y: y - BAR / 2, height: BAR }, style: { fill: colour, opacity: 0.4 } }]
          : []),
        { type: "line", shape: { x1, y1: y, x2, y2: y }, style: stroke },
        { type: "line", shape: { x1, y1: y - 5, x2: x1, y2: y + 5 }, style: stroke },
        { type: "line", shape: { x1: x2, y1: y - 5, x2, y2: y + 5 }, style: stroke },
        ...(open
          ? [{ type: "circle" as const, shape: { cx: open[0] ?? 0, cy: y, r: 5 }, style: { ...stroke, fill: inside } }]
          : []),
        { type: "circle", shape: { cx: at[0] ?? 0, cy: y, r: 5 }, style: { fill: colour } },
      ],
    };
  };
}

function axisText(colours: Colours) {
  return { color: colours.soft, fontFamily: colours.font, fontSize: 13 };
}

function ofMarks(marks: Mark[], colours: Colours, most: number, told: (value: number) => string, parity: boolean) {
  const known = marks.map((mark, row) => ({ mark, row })).filter(({ mark }) => mark.value !== null);
  return {
    animation: false,
    textStyle: { fontFamily: colours.font },
    grid: { left: 8, right: 24, top: parity ? 30 : 12, bottom: 8, containLabel: true },
    tooltip: {
      ...tooltip(colours),
      trigger: "item" as const,
      formatter: (one: unknown) => {
        const { data } = one as { data?: { words?: string } };
        return (data?.words ?? "").replace(/(.{1,56})(\s|$)/g, "$1\n").trim();
      },
    },
    xAxis: {
      type: "value" as const,
      min: 0,
      max: most,
      axisLabel: { ...axisText(colours), formatter: told },
      splitLine: { lineStyle: { color: colours.line } },
    },
    yAxis: {
      type: "category" as const,
      inverse: true,
      data: marks.map((mark) => mark.name),
      axisLabel: { ...axisText(colours), color: colours.ink, width: 150, overflow: "truncate" as const },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.line } },
    },
    series: [
      {
        type: "custom" as const,
        renderItem: whisker(colours.ours, most, colours.surface, parity ? 1 : undefined),
        encode: { x: [0, 1, 2], y: 3 },
        cursor: "pointer",
        data: known.map(({ mark, row }) => ({
          value: [mark.value ?? 0, mark.low ?? mark.value ?? 0, mark.high ?? mark.value ?? 0, row, mark.machine ?? -1],
          href: mark.href,
          words: mark.words,
        })),
        ...(parity
          ? {
              markLine: {
                silent: true,
                symbol: "none",
                // Beside the bars and not on them.
                label: { formatter: "their part", color: colours.soft, fontFamily: colours.font, position: "start" as const },
                lineStyle: { color: colours.accent, type: "solid" as const, width: 1.5 },
                data: [{ xAxis: 1 }],
              },
            }
          : {}),
      },
    ],
  };
}

function ofCurve(lines: Line[], colours: Colours) {
  const axis = (name: string) => ({
    type: "value" as const,
    min: 0,
    max: 1,
    name,
    nameLocation: "middle" as const,
    nameGap: 34,
    nameTextStyle: axisText(colours),
    axisLabel: { ...axisText(colours), formatter: percent },
    splitLine: { lineStyle: { color: colours.line } },
  });
  const dashes = ["solid", "dashed", "dotted"] as const;
  return {
    animation: false,
    textStyle: { fontFamily: colours.font },
    grid: { left: 24, right: 24, top: 44, bottom: 32, containLabel: true },
    legend: { top: 0, type: "scroll" as const, textStyle: { color: colours.ink, fontFamily: colours.font } },
    tooltip: {
      ...tooltip(colours),
      trigger: "item" as const,
      formatter: (one: unknown) => {
        const { seriesName, value } = one as { seriesName: string; value: [number, number] };
        return `${seriesName}: the quietest ${percent(value[0])} of the people\nwrote ${percent(value[1])} of the messages`;
      },
    },
    xAxis: axis("people, the quietest first"),
    yAxis: axis("messages"),
    series: [
      ...lines.map((line, n) => ({
        type: "line" as const,
        name: line.name,
        data: line.points,
        symbolSize: 6,
        // The whole line opens its people, not its dots alone.
        triggerLineEvent: true,
        color: colours.series[n % colours.series.length],
        lineStyle: { width: 2, type: dashes[Math.floor(n / colours.series.length) % dashes.length] },
      })),
      {
        type: "line" as const,
        name: "if all wrote as much",
        data: [[0, 0], [1, 1]],
        symbol: "none",
        color: colours.soft,
        lineStyle: { width: 1, type: "dashed" as const },
      },
    ],
  };
}

function ofRiver(lines: Line[], colours: Colours) {
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: colours.font },
    color: lines.map((_, n) => colours.series[n % colours.series.length] ?? colours.ours),
    legend: { top: 0, type: "scroll" as const, data: lines.map((line) => line.name), textStyle: { color: colours.ink, fontFamily: colours.font } },
    tooltip: {
      ...tooltip(colours),
      trigger: "axis" as const,
      axisPointer: { type: "line" as const, lineStyle: { color: colours.soft, width: 1 } },
      formatter: (all: unknown) => riverWords((all as { value: RiverPoint }[]).map((one) => one.value)),
    },
    singleAxis: {
      type: "time" as const,
      top: 44,
      bottom: 32,
      left: 24,
      right: 24,
      axisLabel: { ...axisText(colours), hideOverlap: true, formatter: day },
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
    },
    series: [
      {
        type: "themeRiver" as const,
        boundaryGap: ["5%", "5%"] as [string, string],
        // Names stand in the legend: on a thin layer they cannot be read.
        label: { show: false },
        emphasis: { label: { show: false } },
        // Two that lie beside each other are told apart also where their colours come again.
        itemStyle: { borderColor: colours.surface, borderWidth: 1 },
        data: riverPoints(lines),
      },
    ],
  };
}

/** Groups differ in shape as well as in colour. */
const SHAPES = ["circle", "rect", "triangle", "diamond", "pin"] as const;

function ofMap(groups: Dots[], colours: Colours) {
  const axis = {
    type: "value" as const,
    scale: true,
    axisLabel: { show: false },
    axisTick: { show: false },
    axisLine: { show: true, onZero: true, lineStyle: { color: colours.line } },
    splitLine: { show: false },
  };
  return {
    animation: false,
    textStyle: { fontFamily: colours.font },
    grid: { left: 8, right: 8, top: 44, bottom: 8 },
    legend: { top: 0, type: "scroll" as const, textStyle: { color: colours.ink, fontFamily: colours.font } },
    tooltip: {
      ...tooltip(colours),
      trigger: "item" as const,
      formatter: (one: unknown) => (one as { seriesName: string }).seriesName,
    },
    xAxis: axis,
    yAxis: axis,
    series: groups.map((group, n) => ({
      type: "scatter" as const,
      name: group.name,
      symbol: group.none ? "emptyCircle" : SHAPES[n % SHAPES.length],
      symbolSize: group.none ? 6 : 9,
      color: group.none ? colours.soft : colours.series[n % colours.series.length],
      itemStyle: { opacity: 0.75, borderColor: colours.surface, borderWidth: 0.5 },
      cursor: group.href ? "pointer" : "default",
      data: group.points.map((value) => ({ value, href: group.href })),
    })),
  };
}

export function options(data: ChartData, colours: Colours) {
  switch (data.kind) {
    case "parity":
      return ofMarks(data.marks, colours, reach(data.marks), (value) => String(value), true);
    case "shares":
      return ofMarks(data.marks, colours, 1, percent, false);
    case "curve":
      return ofCurve(data.lines, colours);
    case "river":
      return ofRiver(data.lines, colours);
    case "opinions":
      return ofMap(data.groups, colours);
  }
}
