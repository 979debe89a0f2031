/**
 * Keeps what outlives a call together with whoever began it: jobs with their submission, for which
 * the results are billed, and caches with what was booked for their storage.
 *
 * Asked are this process's own memory and the ledger, which knows what other processes did. Where
 * neither knows, a job is billed to whoever fetched it, and a cache's change is a row without a cost.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

import { settledWithin } from "../base/deadline.ts";
import type { Logger } from "../base/logger.ts";
import { RecentMap } from "../base/recent-map.ts";
import type { Operation, ResourceFacts, ResourceResult } from "../providers/operation.ts";
import type { UsageRecord } from "../usage/record.ts";
import type { Recorder } from "../usage/recorder.ts";
import type { ResourceEntry } from "../usage/resource-entry.ts";
import { CacheAccount, unknownStorage } from "./cache-storage.ts";
import { Inquiries, type InquiriesParts } from "./inquiries.ts";
import { type Fetch, resultRecord } from "./job-result.ts";
import type { Resources } from "./resources.ts";

export interface ResourceDeskParts extends InquiriesParts {
  readonly recorder: Recorder;
}

/** About 10 MB. */
const MAX_REMEMBERED = 10_000;
/** Results recorded in one turn of the event loop: about a millisecond. */
const RESULTS_A_TURN = 200;

export class ResourceDesk implements Resources {
  readonly #recorder: Recorder;
  readonly #logger: Logger;
  readonly #inquiries: Inquiries;
  /** What this process recorded of a resource, but for results; the ledger may not have it yet. */
  readonly #entries = new RecentMap<string, readonly ResourceEntry[]>(MAX_REMEMBERED);
  /** Jobs whose results were seen here: further looks say nothing new. */
  readonly #collected = new RecentMap<string, true>(MAX_REMEMBERED);
  /** Jobs whose results are being recorded. */
  readonly #recording = new Set<Promise<void>>();

  constructor({ recorder, ...parts }: ResourceDeskParts) {
    this.#recorder = recorder;
    this.#logger = parts.logger;
    this.#inquiries = new Inquiries(parts);
  }

  settled(record: UsageRecord, resource: ResourceFacts, operation: Operation): void {
    const { name } = resource;
    switch (resource.event) {
      case "submitted":
        return this.#remember(name, record);
      case "collected":
        return this.#collect({ record, operation, ...resource, resourceName: name });
      case "kept":
        if (operation.billed) return this.#remember(name, record);
        return this.#book(name, { record, operation }, (account) => account.owedFor(resource));
      case "removed":
        return this.#book(name, { record, operation }, (account) =>
          account.owedUntil(record.startedAtMs),
        );
    }
  }

  /** Asks the ledger now about all that waits for it. Never rejects. */
  async retry(): Promise<void> {
    await this.#inquiries.retry();
    await Promise.all(this.#recording);
  }

  /**
   * The same, but for at most `timeoutMs`; then records the rest with what is known here, for which
   * it takes as long again at most.
   */
  async conclude(timeoutMs: number): Promise<void> {
    await this.#inquiries.conclude(timeoutMs);
    await settledWithin(timeoutMs, Promise.all(this.#recording));
  }

  #collect(fetch: Collection): void {
    const { resourceName, results } = fetch;
    if (this.#collected.has(resourceName)) return;
    this.#collected.set(resourceName, true);
    const answered = (entries: readonly ResourceEntry[]): boolean => {
      const submission = entries.find(({ entry }) => entry === "job");
      if (submission !== undefined) this.#recordResults(fetch, submission);
      return submission !== undefined;
    };
    const unanswered = (): void => {
      if (fetch.needsSubmission !== true) this.#recordResults(fetch, undefined);
    };
    if (answered(this.#entries.get(resourceName) ?? [])) return;
    this.#inquiries.add({ resourceName, size: results.length, answered, unanswered });
  }

  #recordResults(fetch: Collection, submission: ResourceEntry | undefined): void {
    const recording = this.#recordInTurns(fetch, submission)
      .catch((error) => this.#logger.warn("The meter failed on the results of a job", error))
      .finally(() => this.#recording.delete(recording));
    this.#recording.add(recording);
  }

  /** The first at once; a hundred thousand at once would hold the app up for half a second. */
  async #recordInTurns(fetch: Collection, submission: ResourceEntry | undefined): Promise<void> {
    for (const [at, result] of fetch.results.entries()) {
      if (at > 0 && at % RESULTS_A_TURN === 0) await nextTurn();
      this.#recorder.record(resultRecord(fetch, result, submission));
    }
  }

  /** Books the difference that a change makes; always by the ledger, as others may have changed it. */
  #book(
    resourceName: string,
    { record, operation }: Change,
    owed: (account: CacheAccount) => number,
  ): void {
    const book = (entry: UsageRecord): void => {
      this.#remember(resourceName, entry);
      this.#recorder.record(entry);
    };
    const answered = (stored: readonly ResourceEntry[]): boolean => {
      const account = CacheAccount.of(merged(stored, this.#entries.get(resourceName)));
      if (account === undefined) return false;
      const tokenSeconds = owed(account);
      if (tokenSeconds !== 0) book(account.entry(record, tokenSeconds, operation));
      return true;
    };
    const unanswered = (): void => {
      if (!answered([])) book(unknownStorage(record));
    };
    this.#inquiries.add({ resourceName, size: 1, answered, unanswered });
  }

  #remember(name: string, entry: ResourceEntry): void {
    this.#entries.set(name, [...(this.#entries.get(name) ?? []), entry]);
  }
}

interface Change {
  readonly record: UsageRecord;
  readonly operation: Operation;
}

interface Collection extends Fetch {
  readonly results: readonly ResourceResult[];
  readonly needsSubmission?: true;
}

function merged(
  stored: readonly ResourceEntry[],
  own: readonly ResourceEntry[] = [],
): readonly ResourceEntry[] {
  const ids = new Set(stored.map(({ id }) => id));
  return [...stored, ...own.filter(({ id }) => !ids.has(id))];
}
