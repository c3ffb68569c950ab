/**
 * Decodes the percent-encoding of a path segment as the real server does: `%` that no two hex digits follow stands
 * for itself, and bytes that are not UTF-8 make the segment unusable.
 * @returns `undefined` when the decoded bytes are not UTF-8
 */
export function decodeSegment(segment: string): string | undefined {
  if (segment.indexOf("%") < 0) return segment;
  try {
    return decodeURIComponent(escapeLonePercents(segment));
  } catch {
    return undefined;
  }
}

/** Decodes a name or value of a query (`application/x-www-form-urlencoded`): `+` is a space, nothing is refused. */
export function decodeQueryText(text: string): string {
  const spaced = text.indexOf("+") < 0 ? text : text.replaceAll("+", " ");
  if (spaced.indexOf("%") < 0) return spaced;
  const escaped = escapeLonePercents(spaced);
  try {
    return decodeURIComponent(escaped);
  } catch {
    return decodeLossily(escaped);
  }
}

const LONE_PERCENT = /%(?![0-9a-fA-F]{2})/g;

function escapeLonePercents(text: string): string {
  return text.replace(LONE_PERCENT, "%25");
}

function decodeLossily(escaped: string): string {
  const bytes: number[] = [];
  const encoded = Buffer.from(escaped, "utf8");
  for (let at = 0; at < encoded.length; at++) {
    const byte = encoded[at] as number;
    if (byte === PERCENT) {
      bytes.push(Number.parseInt(encoded.toString("latin1", at + 1, at + 3), 16));
      at += 2;
    } else {
      bytes.push(byte);
    }
  }
  return Buffer.from(bytes).toString("utf8");
}

const PERCENT = 0x25;
