/**
 * Rules for what comes as JSON or from JavaScript, past the types: each names every fault of a value by
 * its path, and a misspelt field is a fault.
 */
import { shown } from "./error-text.ts";

/** The faults of a value, each a sentence; none when it keeps the rule. */
export type Rule = (value: unknown, path: string) => readonly string[];
export type Rules = Readonly<Record<string, Rule>>;

/** An object of these fields and no others. */
export function recordOf(rules: Rules, required: readonly string[] = []): Rule {
  return (value, path) => {
    if (!isRecord(value)) return [`Expected \`${path}\` to be an object, got ${shown(value)}`];
    const missing = required.filter((name) => value[name] === undefined);
    return [
      ...missing.map((name) => `Expected \`${path}\` to have \`${name}\``),
      ...Object.entries(value).flatMap(([name, each]) => {
        const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
        if (rule === undefined) return [strayField(path, name, rules)];
        return each === undefined ? [] : rule(each, `${path}.${name}`);
      }),
    ];
  };
}

function strayField(path: string, name: string, rules: Rules): string {
  const known = Object.keys(rules).join(", ");
  return `Expected a field of \`${path}\` to be one of ${known}, got ${shown(name)}`;
}

/** A list of at least one. */
export function listOf(rule: Rule): Rule {
  return (value, path) => {
    if (!Array.isArray(value) || value.length === 0) {
      return [`Expected \`${path}\` to be a list that is not empty, got ${shown(value)}`];
    }
    return value.flatMap((each: unknown, at) => rule(each, `${path}[${at}]`));
  };
}

/** An object of any names, at least one. */
export function eachOf(rule: Rule): Rule {
  return (value, path) => {
    const entries = Object.entries(isRecord(value) ? value : {});
    if (entries.length > 0) return entries.flatMap(([name, one]) => rule(one, `${path}.${name}`));
    return [`Expected \`${path}\` to be an object that is not empty, got ${shown(value)}`];
  };
}

export function eitherOf(ofText: Rule, ofRecord: Rule): Rule {
  return (value, path) => (isRecord(value) ? ofRecord : ofText)(value, path);
}

export function keeping(keeps: (value: unknown) => boolean, form: string): Rule {
  return (value, path) =>
    keeps(value) ? [] : [`Expected \`${path}\` to be ${form}, got ${shown(value)}`];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
