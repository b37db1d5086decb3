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

export interface Line {
  name: string;
  points: [number, number][];
  href?: string;
}

/** People who stand together on a map; `href` leads to what sets them apart. */
export interface Dots {
  name: string;
  href: string;
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

/** Where a layer of a river leads, by its name. */
export function leadsTo(data: ChartData, name: string): string | undefined {
  return data.kind === "river" ? data.lines.find((line) => line.name === name)?.href : undefined;
}
