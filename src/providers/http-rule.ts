/**
 * Other HTTP APIs, metered by rules of the user's own: so much a request, whatever it answers.
 */
import { shown } from "../base/error-text.ts";
import { ConfigError } from "../base/errors.ts";
import { fromUsdString } from "../base/money.ts";
import { NOT_BILLED, UNPRICED } from "../pricing/cost.ts";
import type { PricedCost } from "../usage/record.ts";
import { hostNameOf, mayBeAt, portOf } from "./host-name.ts";
import { NO_MEMBERS, type Operation, type Outcome, type Provider } from "./operation.ts";

export interface HttpRule {
  /** Name of the provider in the ledger and on metrics: `openweathermap`. */
  readonly provider: string;
  /** A host name, `api.openweathermap.org`, or `*.openweathermap.org` for all below it. */
  readonly host: string;
  /**
   * The beginning of the path, in whole segments; a segment `*` stands for any one: `/data/2.5`,
   * `/v1/cities/*`.
   * @defaultValue any path
   */
  readonly path?: string;
  /**
   * HTTP method.
   * @defaultValue any method
   */
  readonly method?: string;
  /** Name of what is called, and default of the `endpoint` tag: `weather`. */
  readonly endpoint: string;
  /**
   * List price of one request in US dollars, as a decimal text: `"0.0015"`. A request that is
   * answered by a status of 400 or above is taken to be free.
   * @defaultValue unknown: its requests are counted as unpriced
   */
  readonly priceUsdPerRequest?: string;
}

const FIELDS = ["provider", "host", "path", "method", "endpoint", "priceUsdPerRequest"];
const NAME = /^[A-Za-z0-9][\w.:/-]{0,63}$/;
const HOST = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;
const PATH = /^\/[^?#\s]*$/;
const METHOD = /^[A-Za-z]+$/;

/** Every fault of a rule, each a sentence; empty when there is none. */
export function httpRuleFaults(rule: HttpRule): readonly string[] {
  const name = `HTTP rule "${rule.provider}/${rule.endpoint}"`;
  const faults: string[] = [];
  const check = (field: keyof HttpRule, isRight: (text: string) => boolean, form: string) => {
    const value: unknown = rule[field];
    if (value === undefined && !isRequired(field)) return;
    if (typeof value === "string" && isRight(value)) return;
    faults.push(`Expected \`${field}\` of ${name} to be ${form}, got ${shown(value)}`);
  };
  check("provider", (text) => NAME.test(text), "1 to 64 letters, digits or _-.:/");
  check("host", (text) => HOST.test(text), "a host name, or `*.` and a host name");
  check("path", (text) => PATH.test(text), "a path that begins with / and has no query");
  check("method", (text) => METHOD.test(text), "an HTTP method");
  check("endpoint", (text) => NAME.test(text), "1 to 64 letters, digits or _-.:/");
  check("priceUsdPerRequest", isPrice, "US dollars as a decimal text, not negative");
  for (const field of Object.keys(rule)) {
    if (!FIELDS.includes(field))
      faults.push(
        `Expected a field of ${name} to be one of ${FIELDS.join(", ")}, got \`${field}\``,
      );
  }
  return faults;
}

/**
 * A provider of the APIs in `rules`; where several fit, the first one counts.
 *
 * @throws ConfigError with every fault of every rule.
 */
export function createHttpRuleProvider(rules: readonly HttpRule[]): Provider {
  const faults = rules.flatMap(httpRuleFaults);
  if (faults.length > 0) throw new ConfigError(faults);
  const compiled = rules.map((rule) => new CompiledRule(rule));
  return {
    mayMatch: (url) => mayBeAt(url, (host) => compiled.some((rule) => rule.isAt(host))),
    match: ({ method, url }) => compiled.find((rule) => rule.fits(method, url))?.operation(url),
  };
}

class CompiledRule {
  readonly #rule: HttpRule;
  readonly #host: string;
  readonly #isSuffix: boolean;
  readonly #method: string | undefined;
  readonly #segments: readonly string[];
  readonly #price: PricedCost;

  constructor(rule: HttpRule) {
    this.#rule = rule;
    this.#isSuffix = rule.host.startsWith("*.");
    this.#host = rule.host.toLowerCase().replace(/^\*/, "");
    this.#method = rule.method?.toUpperCase();
    this.#segments = segmentsOf(rule.path ?? "/");
    this.#price = perRequest(rule);
  }

  isAt(host: string): boolean {
    return this.#isSuffix ? host.endsWith(this.#host) : host === this.#host;
  }

  fits(method: string, url: URL): boolean {
    if (!this.isAt(hostNameOf(url))) return false;
    if (this.#method !== undefined && this.#method !== method) return false;
    const asked = segmentsOf(url.pathname);
    return this.#segments.every((segment, at) =>
      segment === "*" ? asked[at] !== undefined : asked[at] === segment,
    );
  }

  operation(url: URL): Operation {
    return {
      provider: this.#rule.provider,
      platform: undefined,
      genAiProvider: undefined,
      genAiOperation: undefined,
      name: this.#rule.endpoint,
      requestedModel: undefined,
      streaming: false,
      billed: true,
      members: NO_MEMBERS,
      serverAddress: url.hostname,
      serverPort: portOf(url),
      read: () => ({}),
      price: (outcome) => this.#priceOf(outcome),
    };
  }

  #priceOf({ neverSent, httpStatusCode }: Outcome): PricedCost {
    if (neverSent) return NOT_BILLED;
    if (httpStatusCode === undefined) return UNPRICED;
    return httpStatusCode >= 400 ? NOT_BILLED : this.#price;
  }
}

/** Unlike those of the price book, its name holds no date: the price is the user's own. */
function perRequest({ provider, endpoint, priceUsdPerRequest }: HttpRule): PricedCost {
  if (priceUsdPerRequest === undefined) return UNPRICED;
  return {
    cost: fromUsdString(priceUsdPerRequest),
    priceStatus: "priced",
    priceVersion: `rule:${provider}/${endpoint}`,
    items: [],
  };
}

function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function isRequired(field: keyof HttpRule): boolean {
  return field === "provider" || field === "host" || field === "endpoint";
}

function isPrice(text: string): boolean {
  try {
    return fromUsdString(text) >= 0n;
  } catch {
    return false;
  }
}
