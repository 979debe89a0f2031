/** Writes plain data as YAML: just what a file of rules needs, so that it reads well in a review. */

type Yaml = string | readonly Yaml[] | { readonly [key: string]: Yaml };

const PLAIN = /^[\w(][\w ().,/<>=+*-]*$/;

/** `value` as YAML, without a number or a boolean in it: all scalars are text. */
export function yamlOf(value: object): string {
  return `${lines(value as Yaml).join("\n")}\n`;
}

function lines(value: Yaml): readonly string[] {
  if (typeof value === "string") return [scalar(value)];
  if (isList(value)) return value.flatMap((item) => bulleted(lines(item)));
  return Object.entries(value).flatMap(([key, item]) => entry(key, item));
}

function entry(key: string, value: Yaml): readonly string[] {
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

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}
