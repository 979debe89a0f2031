/**
 * Finds named members in a text of JSON that can't be parsed whole: too large to be worth it, or
 * broken off. Usage stands near the end of an answer, behind megabytes of image data.
 */

const QUOTE = '"';
const BACKSLASH = "\\";
/** Bounds the work on a hostile text full of beginnings. */
const MAX_CANDIDATES = 8;

/**
 * The last complete value of each named member in `text`, however deep; members that are missing or
 * broken off are absent. Text inside string values can't be mistaken for a member: its quotes are
 * escaped.
 */
export function salvageMembers(text: string, names: readonly string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    const value = lastValueOf(text, `${QUOTE}${name}${QUOTE}`);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function lastValueOf(text: string, quotedName: string): unknown {
  let at = text.lastIndexOf(quotedName);
  for (let tried = 0; at !== -1 && tried < MAX_CANDIDATES; tried++) {
    const value = text[at - 1] === BACKSLASH ? undefined : valueAfter(text, at + quotedName.length);
    if (value !== undefined) return value;
    at = at === 0 ? -1 : text.lastIndexOf(quotedName, at - 1);
  }
  return undefined;
}

function valueAfter(text: string, afterName: number): unknown {
  const colon = skipSpace(text, afterName);
  if (text[colon] !== ":") return undefined;
  const start = skipSpace(text, colon + 1);
  const end = endOfValue(text, start);
  if (end === undefined) return undefined;
  try {
    return JSON.parse(text.slice(start, end));
  } catch {
    return undefined;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}

/** The index behind the value that starts at `start`; undefined when the text ends inside it. */
function endOfValue(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === BACKSLASH) at++;
      else if (char === QUOTE) inString = false;
      if (!inString && depth === 0) return at + 1;
    } else if (char === QUOTE) inString = true;
    else if (char === "{" || char === "[") depth++;
    else if (char === "}" || char === "]") {
      if (depth <= 1) return depth === 1 ? at + 1 : at;
      depth--;
    } else if (depth === 0 && char === ",") return at;
  }
  return undefined;
}
