// What the server hands to a picture, in an attribute of its figure.

/** One mark with an interval; `href` opens what is behind it, `words` say it. */
export interface Mark {
  name: string;
  value: number | null;
  low: number | null;
  high: number | null;
  words: string;
  href: string;
  /** What the machine reads, where the value is without its errors. */
  machine?: number;
}

/** `href` opens what is behind the line; of a layer of a river in all its weeks. */
export interface Line {
  name: string;
  points: [number, number][];
  href?: string;
}

/** People who stand together on a map, or in no group (`none`); `href` leads to what sets them apart, or to why they do not. */
export interface Dots {
  name: string;
  href: string;
  none?: boolean;
  points: [number, number][];
}

export type ChartData =
  | { kind: "parity"; label: string; marks: Mark[] }
  | { kind: "shares"; label: string; marks: Mark[] }
  | { kind: "curve"; label: string; lines: Line[] }
  | { kind: "river"; label: string; lines: Line[] }
  | { kind: "opinions"; label: string; groups: Dots[] };

const KINDS = ["parity", "shares", "curve", "river", "opinions"];

/** What stands in the attribute; nothing where it cannot be read. */
export function read(text: string | undefined): ChartData | undefined {
  try {
    const data = JSON.parse(text ?? "") as ChartData;
    return KINDS.includes(data.kind) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** How far the axis of an index reaches: to the highest index, an interval that goes on beyond is cut at its end. */
export function reach(marks: Mark[]): number {
  const most = Math.max(1, ...marks.map((mark) => mark.value ?? 0));
  return Math.ceil(Math.max(2, most * 1.25) * 2) / 2;
}

/** A part of all in words: "12 %". */
export function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

/** The height of a picture of so many marks, in pixels. */
export function height(data: ChartData): number {
  if (data.kind === "opinions") return 440;
  return data.kind === "curve" || data.kind === "river" ? 320 : 56 + data.marks.length * 34;
}

const WEEK = 7 * 24 * 3_600_000;

/** "2026-11-16", in UTC. */
function date(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The same address, in one week only: from its Monday until its Sunday. */
function inWeek(href: string, monday: number): string {
  const [address = ""] = href.split("#");
  const [path = "", query] = address.split("?");
  const asked = new URLSearchParams(query);
  asked.delete("days");
  asked.set("from", date(monday));
  asked.set("until", date(monday + WEEK - 1));
  return `${path}?${asked.toString()}`;
}

/** Where a line of a curve or a layer of a river leads, by its name; a layer in the week nearest to where it is pointed at. */
export function leadsTo(data: ChartData, name: string, at?: number): string | undefined {
  if (data.kind !== "river" && data.kind !== "curve") return undefined;
  const line = data.lines.find((one) => one.name === name);
  if (!line?.href || data.kind === "curve" || at === undefined || !Number.isFinite(at)) return line?.href;
  const [first, ...rest] = line.points.map(([monday]) => monday);
  if (first === undefined) return line.href;
  const nearest = rest.reduce((best, monday) => (Math.abs(monday - at) < Math.abs(best - at) ? monday : best), first);
  return inWeek(line.href, nearest);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A day of an axis: "16 Nov". Weeks are in UTC. */
export function day(at: number): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ""}`;
}

export type RiverPoint = [at: number, messages: number, name: string];

/**
 * What a river is drawn from, week by week and in each of them layer by layer: whoever points at the third layer is told of by
 * the third point, so the first ones have to be one of each layer, in their order.
 */
export function riverPoints(lines: Line[]): RiverPoint[] {
  const weeks = Math.max(0, ...lines.map((line) => line.points.length));
  const points: RiverPoint[] = [];
  for (let n = 0; n < weeks; n += 1) {
    for (const line of lines) {
      const point = line.points[n];
      if (point) points.push([point[0], point[1], line.name]);
    }
  }
  return points;
}

/** How much was said of each layer in the week that is pointed at, a line each; nothing of those of which nothing was. */
export function riverWords(points: RiverPoint[]): string {
  const at = points[0]?.[0];
  if (at === undefined) return "";
  const spoken = points.filter(([, messages]) => messages > 0).map(([, messages, name]) => `${name}: ${messages}`);
  return [`Week of ${day(Number(at))} ${new Date(Number(at)).getUTCFullYear()}`, ...spoken].join("\n");
}
