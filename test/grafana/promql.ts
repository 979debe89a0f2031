/** Reads out of PromQL what a linter needs: which series it selects, and what is done to them. */

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

export interface Call {
  readonly name: string;
  /** Labels of its `by (…)`. */
  readonly by: readonly string[];
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** Between its square brackets; undefined for an instant. */
  readonly range: string | undefined;
  /** Functions and aggregations around it, the innermost first. */
  readonly calls: readonly Call[];
}

export interface Promql {
  readonly selectors: readonly Selector[];
  /** Labels of `on (…)`, `group_left (…)` and the like. */
  readonly matching: readonly string[];
}

const TOKEN =
  /\s+|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<range>\[[^\]]*\])|(?<matchers>\{[^}]*\})|(?<number>(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?(?:ms|[smhdwy])?)+)|(?<variable>\$\w+|\$\{[^}]*\})|(?<name>[a-zA-Z_:][\w:]*)|(?<sign>[()]|[^\s\w])/gy;
const MATCHER = /(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g;
const WORDS = new Set(["and", "or", "unless", "offset", "bool", "inf", "nan", "start", "end"]);
const GROUPINGS = new Set(["by", "without"]);
const MATCHINGS = new Set(["on", "ignoring", "group_left", "group_right"]);

interface Token {
  readonly kind: string;
  readonly text: string;
}

/** @throws Error for parentheses that don't match. */
export function readPromql(expression: string): Promql {
  const tokens = tokensOf(expression);
  const selectors: Selector[] = [];
  const matching: string[] = [];
  const open: Call[] = [];
  let next: Call = { name: "", by: [] };
  for (let at = 0; at < tokens.length; at += 1) {
    const { kind, text } = tokens[at]!;
    const word = text.toLowerCase();
    if (text === "(") {
      open.unshift(next);
      next = { name: "", by: [] };
    } else if (text === ")") {
      if (open.shift() === undefined) throw new Error(`Unopened parenthesis in ${expression}`);
    } else if (kind === "name" && (GROUPINGS.has(word) || MATCHINGS.has(word))) {
      const [labels, end] = listAt(tokens, at + 1);
      if (GROUPINGS.has(word)) next = { ...next, by: labels };
      else matching.push(...labels);
      at = end;
    } else if (kind === "name" && !WORDS.has(word)) {
      if (isCall(tokens, at)) next = { name: word, by: [] };
      else selectors.push(selectorAt(tokens, at, open));
    }
  }
  if (open.length > 0) throw new Error(`Unclosed parenthesis in ${expression}`);
  return { selectors, matching };
}

function tokensOf(expression: string): readonly Token[] {
  return [...expression.matchAll(TOKEN)]
    .map(({ groups = {} }) => Object.entries(groups).find(([, text]) => text !== undefined))
    .filter((entry) => entry !== undefined)
    .map(([kind, text]) => ({ kind, text }));
}

function listAt(tokens: readonly Token[], from: number): readonly [readonly string[], number] {
  if (tokens[from]?.text !== "(") return [[], from - 1];
  const end = tokens.findIndex(({ text }, index) => index > from && text === ")");
  const names = tokens.slice(from + 1, end).filter(({ kind }) => kind === "name");
  return [names.map(({ text }) => text), end];
}

function isCall(tokens: readonly Token[], at: number): boolean {
  const { text = "" } = tokens[at + 1] ?? {};
  return text === "(" || GROUPINGS.has(text);
}

function selectorAt(tokens: readonly Token[], at: number, open: readonly Call[]): Selector {
  const braces = tokens[at + 1]?.kind === "matchers" ? tokens[at + 1]!.text : "";
  const range = tokens[braces === "" ? at + 1 : at + 2];
  return {
    metric: tokens[at]!.text,
    matchers: [...braces.matchAll(MATCHER)].map(([, label, operator, value]) => ({
      label: label!,
      operator: operator!,
      value: value!,
    })),
    range: range?.kind === "range" ? range.text.slice(1, -1) : undefined,
    calls: open.filter(({ name }) => name !== ""),
  };
}
