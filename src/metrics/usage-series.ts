/** The totals under one set of labels: calls, tokens, money and latencies. */
import { toUsdNumber, type Picodollars } from "../base/money.ts";
import type { Status, UsageRecord } from "../usage/record.ts";
import { TOKEN_KINDS, type TokenKind } from "../usage/tokens.ts";
import { REQUEST_DURATION, TIME_TO_FIRST_CHUNK } from "./catalogue.ts";
import type { NumberPoint } from "./family.ts";
import { Histogram } from "./histogram.ts";
import { UNKNOWN } from "./label-guard.ts";

export type LatencyLabels = {
  readonly provider: string;
  readonly endpoint: string;
  readonly model: string;
  readonly status: Status;
};

export type UsageLabels = LatencyLabels & { readonly brand: string };

/** Shared by the series of all brands: a histogram a brand would be eighteen series more for each. */
export class LatencySeries {
  readonly duration: Histogram;
  readonly timeToFirstChunk: Histogram;

  constructor({ provider, endpoint, model, status }: LatencyLabels) {
    const labels = { provider, endpoint, model, status };
    this.duration = new Histogram(labels, REQUEST_DURATION.buckets);
    this.timeToFirstChunk = new Histogram(labels, TIME_TO_FIRST_CHUNK.buckets);
  }
}

export class UsageSeries {
  readonly labels: UsageLabels;
  readonly #latency: LatencySeries;
  readonly #tokens: { [K in TokenKind]: number } = {
    input: 0,
    cachedInput: 0,
    toolUse: 0,
    output: 0,
    thinking: 0,
  };
  #requests = 0;
  #cost: Picodollars = 0n;

  constructor(labels: UsageLabels, latency: LatencySeries) {
    this.labels = labels;
    this.#latency = latency;
  }

  add({ entry, cost, tokens, durationMs, timeToFirstChunkMs }: UsageRecord): void {
    if (cost !== undefined) this.#cost += cost;
    if (entry !== "call") return; // storage has a cost, but is no request
    this.#requests += 1;
    if (tokens !== undefined) {
      for (const kind of TOKEN_KINDS) this.#tokens[kind] += tokens[kind];
    }
    this.#latency.duration.record(durationMs / 1_000);
    if (timeToFirstChunkMs !== undefined) {
      this.#latency.timeToFirstChunk.record(timeToFirstChunkMs / 1_000);
    }
  }

  requests(): NumberPoint {
    return { labels: this.labels, value: this.#requests };
  }

  /** The exact sum's nearest double. */
  costUsd(): NumberPoint {
    return { labels: this.labels, value: toUsdNumber(this.#cost) };
  }

  tokens(): readonly NumberPoint[] {
    return TOKEN_KINDS.map((kind) => ({
      labels: { ...this.labels, kind: KIND_LABELS[kind] },
      value: this.#tokens[kind],
    }));
  }
}

const KIND_LABELS: Readonly<Record<TokenKind, string>> = {
  input: "input",
  cachedInput: "cached_input",
  toolUse: "tool_use",
  output: "output",
  thinking: "thinking",
};

export function labelsOf(record: UsageRecord): UsageLabels {
  const { provider, endpoint, model = UNKNOWN, brand, status } = record;
  return { provider, endpoint, model, brand, status };
}

/** Unique among admitted labels, which hold no control characters. */
export function keyOf(labels: UsageLabels): string {
  return `${labels.provider}\n${labels.endpoint}\n${labels.model}\n${labels.brand}\n${labels.status}`;
}
