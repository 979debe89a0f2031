/** A batch: its requests are answered when it is made, and its results are shown from the second look on. */
import { batchCostOf } from "./billing.ts";
import type { JsonObject } from "./draft.ts";
import { exchangeFor, type Arrival, type Exchange } from "./exchange.ts";
import { objects, isObject } from "./prompt.ts";

/** What becomes of it, as `[[batch:…]]` in its display name says. */
const FATES = ["inline", "file", "failed", "expired"] as const;
export type BatchFate = (typeof FATES)[number];

/** Looks that find it still running. */
const LOOKS_UNTIL_DONE = 1;
const ITEM_METHODS: Readonly<Record<string, string>> = {
  batchGenerateContent: "generateContent",
  asyncBatchEmbedContent: "embedContent",
};

export class BatchJob {
  readonly id: string;
  readonly #model: string;
  readonly #fate: BatchFate;
  readonly #createdAtMs: number;
  readonly #items: readonly Item[];
  #looks = 0;

  /** @param method `batchGenerateContent` or `asyncBatchEmbedContent`. */
  constructor(arrival: Arrival, model: string, method: string, batch: JsonObject) {
    this.id = `simulated${arrival.sequence}`;
    this.#model = model;
    this.#createdAtMs = arrival.nowMs;
    this.#fate = fateIn(batch["displayName"]);
    const path = `/v1beta/models/${model}:${ITEM_METHODS[method]}`;
    const url = new URL(path, arrival.url);
    this.#items = requestsIn(batch).map(({ request, metadata }) => {
      const text = JSON.stringify(request);
      return itemOf(exchangeFor({ ...arrival, method: "POST", url, text }, []), metadata);
    });
  }

  /** What is charged for it, looked at or not; undefined where a price is missing. */
  cost(): bigint | undefined {
    if (this.#hasFailed) return 0n;
    let total = 0n;
    for (const { exchange } of this.#items) {
      const { usage, facts } = exchange;
      const cost = usage && batchCostOf(facts.servedModel ?? "", usage, this.#createdAtMs);
      if (usage !== undefined && cost === undefined) return undefined;
      total += cost ?? 0n;
    }
    return total;
  }

  created(): JsonObject {
    return this.#operation("BATCH_STATE_PENDING");
  }

  look(): JsonObject {
    this.#looks += 1;
    if (this.#looks <= LOOKS_UNTIL_DONE) return this.#operation("BATCH_STATE_RUNNING");
    switch (this.#fate) {
      case "failed":
        return {
          ...this.#operation("BATCH_STATE_FAILED"),
          done: true,
          error: { code: 3, message: "The batch could not be run." },
        };
      case "expired":
        return { ...this.#operation("BATCH_STATE_EXPIRED"), done: true };
      case "inline":
        return this.#succeeded({ inlinedResponses: { inlinedResponses: this.#results() } });
      case "file":
        return this.#succeeded({ responsesFile: `files/batch-${this.id}` });
    }
  }

  /** Its output file; undefined while there is none. */
  lines(): string | undefined {
    if (this.#fate !== "file" || this.#looks <= LOOKS_UNTIL_DONE) return undefined;
    const lines = this.#results().map(({ metadata, ...result }, at) =>
      JSON.stringify({ ...result, key: isObject(metadata) ? metadata["key"] : `request-${at}` }),
    );
    return `${lines.join("\n")}\n`;
  }

  get #hasFailed(): boolean {
    return this.#fate === "failed" || this.#fate === "expired";
  }

  #results(): readonly JsonObject[] {
    return this.#items.map(({ result }) => result);
  }

  /** Google shows the output twice, and each client reads it in another place. */
  #succeeded(output: JsonObject): JsonObject {
    return {
      ...this.#operation("BATCH_STATE_SUCCEEDED", output),
      done: true,
      response: {
        "@type":
          "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatchOutput",
        ...output,
      },
    };
  }

  #operation(state: string, output?: JsonObject): JsonObject {
    const name = `batches/${this.id}`;
    const failed = this.#items.filter(({ result }) => "error" in result).length;
    return {
      name,
      metadata: {
        "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
        name,
        model: `models/${this.#model}`,
        createTime: new Date(this.#createdAtMs).toISOString(),
        state,
        batchStats: {
          requestCount: String(this.#items.length),
          ...(output && {
            successfulRequestCount: String(this.#items.length - failed),
            failedRequestCount: String(failed),
          }),
        },
        ...(output && { output }),
      },
    };
  }
}

interface Item {
  readonly exchange: Exchange;
  readonly result: JsonObject;
}

/** The answer to one of the requests, as it would have got it alone. */
function itemOf(exchange: Exchange, metadata: unknown): Item {
  const { reply } = exchange;
  if (typeof reply === "string") throw new Error(`No request of a batch can ${reply}`);
  const body = JSON.parse(Buffer.concat(reply.pieces).toString()) as JsonObject;
  const result = reply.status < 400 ? { response: body } : { error: body["error"] };
  return { exchange, result: { ...result, ...(metadata !== undefined && { metadata }) } };
}

function requestsIn(batch: JsonObject): readonly JsonObject[] {
  const config = isObject(batch["inputConfig"]) ? batch["inputConfig"] : {};
  return objects(isObject(config["requests"]) ? config["requests"]["requests"] : undefined);
}

function fateIn(displayName: unknown): BatchFate {
  const named = /\[\[batch:(\w+)\]\]/.exec(String(displayName))?.[1] ?? "inline";
  const fate = FATES.find((one) => one === named);
  if (fate === undefined) throw new Error(`[[batch:${named}]] is none of ${FATES.join(", ")}`);
  return fate;
}
