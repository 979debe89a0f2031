/** Writes down what one account says, under names of groups that all accounts share. */
import type { Account, Facts } from "./agreement.ts";

/** A count or an amount; as text already where it could be too long for a number. */
type Quantity = string | number;

export interface Usage {
  readonly requests: Quantity;
  readonly tokensIn: Quantity;
  readonly tokensOut: Quantity;
  /** Without the requests whose cost is unknown. */
  readonly usd: string;
}

/** Names of a model where there is none: in a label of a metric, and in a report. */
const NO_MODEL: readonly string[] = ["unknown", "(none)"];

export class AccountBook {
  readonly #name: string;
  readonly #groups = new Map<string, Facts>();

  constructor(name: string) {
    this.#name = name;
  }

  addTotal({ requests, tokens, usd }: { requests: Quantity; tokens: Quantity; usd: string }): void {
    this.#add("all brands and models", { requests, tokens, "known USD": usd });
  }

  addUsage(brand: string, model: string | null, usage: Usage): void {
    const { requests, tokensIn, tokensOut, usd } = usage;
    const facts = { requests, "tokens in": tokensIn, "tokens out": tokensOut, "known USD": usd };
    this.#add(`${brand} × ${nameOf(model)}`, facts);
  }

  addStatus(status: string, requests: Quantity): void {
    this.#add(`status ${status}`, { requests });
  }

  addUnpriced(model: string | null, requests: Quantity): void {
    this.#add(`unpriced × ${nameOf(model)}`, { requests });
  }

  account(): Account {
    return { name: this.#name, groups: this.#groups };
  }

  #add(group: string, facts: Readonly<Record<string, Quantity>>): void {
    const texts = Object.entries(facts).map(([fact, value]) => [fact, String(value)]);
    this.#groups.set(group, Object.fromEntries(texts));
  }
}

function nameOf(model: string | null): string {
  return model === null || NO_MODEL.includes(model) ? "(no model)" : model;
}
