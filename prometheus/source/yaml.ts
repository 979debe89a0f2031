/** Writes plain data as YAML: just what a file of rules needs, so that it reads well in a review. */

/** Text that YAML takes for no number, no boolean and no syntax, as long as it is a rule's. */
const PLAIN = /^[a-z][\w ().,/<>=+*-]*$/i;

/** Objects and lists of text as YAML. Throws a `TypeError` at anything else. */
export function yamlOf(value: object): string {
  return `${lines(value).join("\n")}\n`;
}

function lines(value: unknown): readonly string[] {
  if (typeof value === "string") return [scalar(value)];
  if (Array.isArray(value)) return value.flatMap((item) => bulleted(lines(item)));
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`Expected text, a list or an object, got ${String(value)}`);
  }
  return Object.entries(value).flatMap(([key, item]) => entry(key, item));
}

function entry(key: string, value: unknown): readonly string[] {
  if (typeof value !== "string") return [`${key}:`, ...indented(lines(value))];
  if (!value.includes("\n")) return [`${key}: ${scalar(value)}`];
  return [`${key}: |-`, ...indented(value.split("\n"))];
}

/** JSON's text is YAML's too. */
function scalar(text: string): string {
  return PLAIN.test(text) ? text : JSON.stringify(text);
}

function bulleted([first = "", ...rest]: readonly string[]): readonly string[] {
  return [`- ${first}`, ...indented(rest)];
}

function indented(texts: readonly string[]): readonly string[] {
  return texts.map((text) => `  ${text}`);
}
