/** A fault that is planted in the rules, to see whether it is caught. */
import { RULE_GROUPS } from "../../prometheus/source/rules.ts";
import type { Rule, RuleGroup } from "../../prometheus/source/rule.ts";

export interface Mutation {
  readonly fault: string;
  /** Where it is planted: an alert, or what is recorded. */
  readonly rule: string;
  /** Text of the rule as JSON. */
  readonly from: string;
  readonly to: string;
}

export interface CaughtMutation extends Mutation {
  /** The alert whose cases catch it, without the prefix that all have. */
  readonly cases: string;
}

/** All rules, with the fault in one of them. */
export function planted({ rule, from, to }: Mutation): readonly RuleGroup[] {
  const change = (one: Rule): Rule => {
    if (("alert" in one ? one.alert : one.record) !== rule) return one;
    const text = JSON.stringify(one);
    if (!text.includes(from)) throw new Error(`Expected ${rule} to hold ${from}`);
    return JSON.parse(text.replaceAll(from, to)) as Rule;
  };
  return RULE_GROUPS.map((group) => ({ ...group, rules: group.rules.map(change) }));
}
