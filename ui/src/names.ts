/** Random letters for a name. `crypto.randomUUID` is for secure origins only; a shop's own network may have none. */
export function randomName(bytes = 12): string {
  return hex(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** A random UUID (RFC 9562, 5.4), on plain http too. */
export function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
