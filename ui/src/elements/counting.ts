// How long a text is, as its channel counts: the same as `tertulia_model::Limits::length`, which has the last word. The
// cases that both must agree on stand in crates/model/src/counting.json.

export type CountBy = "characters" | "short_links" | "graphemes" | "sms_parts";

/** GSM 03.38 (3GPP TS 23.038 §6.2.1): what takes one septet, and what takes two. */
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENDED = new Set("\f^{}\\[~]|€");

export function lengthOf(text: string, counts: string): number {
  if (counts === "sms_parts") return smsParts(text);
  if (counts === "graphemes") return graphemes(text);
  if (counts === "short_links") return graphemes(shortened(text));
  return [...text].length;
}

const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : undefined;

/** A browser that cannot tell counts characters: never less. */
function graphemes(text: string): number {
  return segmenter ? [...segmenter.segment(text)].length : [...text].length;
}

function smsParts(text: string): number {
  const signs = [...text];
  const isUcs2 = signs.some((sign) => !BASIC.has(sign) && !EXTENDED.has(sign));
  const widths = signs.map((sign) => (isUcs2 ? sign.length : EXTENDED.has(sign) ? 2 : 1));
  const [single, each] = isUcs2 ? [70, 67] : [160, 153];
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= single) return units === 0 ? 0 : 1;
  let [parts, filled] = [1, 0];
  for (const width of widths) {
    if (filled + width > each) [parts, filled] = [parts + 1, 0];
    filled += width;
  }
  return parts;
}

const LINK = /(?<![\p{Alphabetic}\p{N}@$#_\-./])https?:\/\/([a-z0-9.-]*[a-z0-9])(?![\p{Alphabetic}\p{N}])((?:[/?:#][a-z0-9\-._~:/?#@!$&'*+,;=%|]*)?)/giu;
const MENTION = /(?<![\p{Alphabetic}\p{N}=/_])@([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)@[a-z0-9_.-]*[a-z0-9_]/giu;
const SERVER = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i;

/** As Mastodon counts: a link as 23 signs, of who is mentioned what stands before their server. */
function shortened(text: string): string {
  const kept = text.replace(LINK, (whole: string, server: string, tail: string) => {
    if (!SERVER.test(server)) return whole;
    const trimmed = tail.replace(/[.,:;!?'*~&|@]+$/, "");
    return "x".repeat(23) + tail.slice(trimmed.length);
  });
  return kept.replace(MENTION, (whole: string, name: string) => (whole.length - name.length - 2 < 2 ? whole : `@${name}`));
}

/** What is said of a count beside the text: nothing while the end is far. */
export function countWords(text: string, counts: string, limit: number): { words: string; over: boolean } {
  const length = lengthOf(text, counts);
  const left = limit - length;
  if (counts === "sms_parts") {
    if (left < 0) return { words: `${length} parts, ${-left} too many for this channel`, over: true };
    return { words: length > 1 ? `${length} parts` : "", over: false };
  }
  const of = (count: number) => (count === 1 ? "1 character" : `${count} characters`);
  if (left < 0) return { words: `${of(-left)} too many for this channel`, over: true };
  return { words: left < limit / 5 ? `${of(left)} left` : "", over: false };
}

/** The same for those who listen: words that stay the same over several keys. */
export function spokenCount(text: string, counts: string, limit: number): string {
  const left = limit - lengthOf(text, counts);
  if (counts === "sms_parts") {
    return left < 0 ? "Too long for this channel" : countWords(text, counts, limit).words;
  }
  if (left < 0) return "Too many characters for this channel";
  if (left >= limit / 5) return "";
  const step = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((step) => left < step);
  return step ? `Fewer than ${step} characters left` : "The limit of this channel is near";
}
