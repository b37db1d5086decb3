// Which names are offered for what was typed after an `@`.

const MOST = 6;

export const folded = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** The `@` before the caret and what was typed after it, if a name can stand there. */
export function asked(text: string, caret: number): { at: number; letters: string } | undefined {
  const before = text.slice(0, caret);
  const at = before.lastIndexOf("@");
  if (at < 0 || (at > 0 && /[\p{L}\p{N}]/u.test(before[at - 1] ?? ""))) return undefined;
  const letters = before.slice(at + 1);
  return letters.length > 40 || /[\n@]|^\s/.test(letters) ? undefined : { at, letters };
}

/** Names that begin so, then those of which a later word does. */
export function fitting(names: string[], letters: string): string[] {
  const wanted = folded(letters);
  const begins = names.filter((name) => folded(name).startsWith(wanted));
  const inside = names.filter((name) => !begins.includes(name) && folded(name).includes(` ${wanted}`));
  return [...begins, ...inside].slice(0, MOST);
}

/** Names that a list offers: none where one of all stands there whole, with a space behind it or not. */
export function offers(names: string[], letters: string): string[] {
  const whole = folded(letters).trim();
  return names.some((name) => folded(name).trim() === whole) ? [] : fitting(names, letters);
}
