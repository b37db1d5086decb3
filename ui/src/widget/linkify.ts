// Addresses inside plain text become links, as DOM nodes: no message is ever read as HTML.

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;

export type Piece = { text: string } | { text: string; link: string };

/** The text in pieces, in order; together they are the text again. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTrailingMarks(match[0]);
    const link = safeLink(address);
    if (!link) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: address, link });
    from = match.index + address.length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** "See https://example.org/a_(b)." ends before the full stop, and keeps the bracket that it opened itself. */
function withoutTrailingMarks(address: string): string {
  let end = address.length;
  for (;;) {
    const last = address.charAt(end - 1);
    const inside = address.slice(0, end - 1);
    const unopened = last === ")" && inside.split("(").length <= inside.split(")").length;
    if (end > 0 && (".,;:!?…。、）」』*_~]}".includes(last) || unopened)) end -= 1;
    else return address.slice(0, end);
  }
}

/** Only what says where it leads: http or https, and no name before the host that could be taken for it. */
function safeLink(address: string): string | null {
  try {
    const url = new URL(address);
    const honest = (url.protocol === "https:" || url.protocol === "http:") && !url.username && !url.password;
    return honest ? url.href : null;
  } catch {
    return null;
  }
}

export function linkified(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const piece of pieces(text)) {
    if (!("link" in piece)) {
      fragment.append(piece.text);
      continue;
    }
    const link = document.createElement("a");
    link.href = piece.link;
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
    link.textContent = piece.text;
    fragment.append(link);
  }
  return fragment;
}
