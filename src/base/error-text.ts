/**
 * Error messages made fit to be kept: short, on one line, without keys and without the app's data.
 *
 * Messages come from providers and from libraries, and both like to repeat what they were given: the
 * URL with its `?key=`, the value that was no enum, the line of JSON that did not parse.
 */
import { inspect } from "node:util";

const DEFAULT_MAX_LENGTH = 500;
/** How much of a message is looked at, in multiples of what is kept: bounds the work on a huge one. */
const READ_FACTOR = 4;
const REDACTED = "[redacted]";
const MAX_SHOWN_LENGTH = 80;

/** Order matters: what names a secret goes before what merely looks like one. */
const REDACTIONS: readonly (readonly [RegExp, string])[] = [
  // A parser's quote of the text that it choked on: Google's lines above a caret, V8's `"…" is not valid JSON`.
  [/(?:\r?\n[^\n]*){1,3}\r?\n\s*\^/g, ` ${REDACTED}`],
  [/"[^]*(?= is not valid JSON)/g, REDACTED],
  // What Google says of a value of the wrong type: `Invalid value at 'contents[0].role' (TYPE_ENUM), "…"`.
  [
    /(\((?:TYPE_\w+|type\.googleapis\.com\/[\w.]+)\), )[^"\n]*(?:"(?:[^"\\]|\\.)*"?)?[^\n]*/g,
    `$1${REDACTED}`,
  ],
  // A URL's user name, password, query and fragment.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi, "$1"],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, `$1?${REDACTED}`],
  [/\b(Bearer|Basic)\s+[^\s"',;]+/gi, `$1 ${REDACTED}`],
  [
    /((?:\b|[_-]|api)(?:key|token|secret|password|passwd|appid|authorization|signature)["']?\s*[=:]\s*["']?)(?!Bearer|Basic|\[redacted)[^\s"'&,;]+/gi,
    `$1${REDACTED}`,
  ],
  [/\bAIza[\w-]{10,}/g, REDACTED],
  [/\bya29\.[\w.-]+/g, REDACTED],
  [/\beyJ[\w-]{8,}\.[\w.-]*/g, REDACTED],
  // What looks like a key whatever its kind: mixed case with digits, or letters and digits in one long run.
  [/\b(?=[\w+-]*[a-z])(?=[\w+-]*[A-Z])(?=[\w+-]*\d)[\w+-]{24,}={0,2}/g, REDACTED],
  [/\b(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{32,}\b/gi, REDACTED],
];

/**
 * `message` on one line of at most `maxLength` characters, with keys, URL queries and quoted data
 * replaced by `[redacted]`, and free of NUL and of lone surrogates, which Postgres refuses.
 */
export function scrubbed(message: string, maxLength: number = DEFAULT_MAX_LENGTH): string {
  let text = beginningOf(message, maxLength * READ_FACTOR);
  for (const [pattern, replacement] of REDACTIONS) text = text.replace(pattern, replacement);
  const line = text
    .replace(/\p{Cf}+/gu, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  const shown = line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
  return shown.toWellFormed();
}

/** Any value as a message shows it: `'a text'`, `NaN`, `{ a: [Object] }`; at most 80 characters. */
export function shown(value: unknown): string {
  const text = inspect(value, {
    breakLength: Infinity,
    customInspect: false,
    depth: 0,
    maxStringLength: MAX_SHOWN_LENGTH,
  });
  return scrubbed(text, MAX_SHOWN_LENGTH);
}

/** At most `length` characters, cut between words: half a key would pass as a word. */
function beginningOf(message: string, length: number): string {
  if (message.length <= length) return message;
  return message.slice(0, length).replace(/\S+$/, "…");
}
