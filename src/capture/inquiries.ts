/**
 * Questions to the ledger about resources, asked one after the other, off the path of any call.
 *
 * The ledger may be away, or not have the rows yet that another process is about to write: what can't
 * be settled is asked again later, a few times, and then settled with what is known here. Questions
 * about one resource are settled in the order in which they came up.
 */
import { settledWithin } from "../base/deadline.ts";
import type { Logger } from "../base/logger.ts";
import { untraced } from "../base/untraced.ts";
import type { ResourceEntry } from "../usage/resource-entry.ts";

export interface Inquiry {
  readonly resourceName: string;
  /** How many records it may come to. */
  readonly size: number;
  /** Takes what the ledger has. Returns false when that is too little, and the ledger may get more. */
  answered(entries: readonly ResourceEntry[]): boolean;
  /** The ledger was asked for the last time. */
  unanswered(): void;
}

export interface InquiriesParts {
  /** What the ledger has of a resource. Rejects when it can't be asked, within a few seconds. */
  readonly findEntries: (resourceName: string) => Promise<readonly ResourceEntry[]>;
  readonly logger: Logger;
  /**
   * How long to wait after each failure before the next, in milliseconds; after the last one comes
   * no other.
   * @defaultValue half an hour in all
   */
  readonly retryAfterMs?: readonly number[];
}

interface Waiting {
  readonly inquiry: Inquiry;
  isDue: boolean;
  /** How often it was asked in vain, and how often of these the ledger answered. */
  failures: number;
  looks: number;
  /** Runs until it is asked again. */
  timer: NodeJS.Timeout | undefined;
}

const RETRY_AFTER_MS = [2_000, 10_000, 60_000, 300_000, 600_000, 900_000];
/** Rows that aren't there after so many looks won't come: writers need about a second. */
const MAX_LOOKS = 3;
/** In records: about 50 MB. One question is kept, whatever its size. */
const MAX_SIZE = 50_000;

export class Inquiries {
  readonly #findEntries: InquiriesParts["findEntries"];
  readonly #logger: Logger;
  readonly #retryAfterMs: readonly number[];
  /** Oldest first. */
  readonly #waiting: Waiting[] = [];
  #size = 0;
  #asking: Promise<void> | undefined;

  constructor({ findEntries, logger, retryAfterMs = RETRY_AFTER_MS }: InquiriesParts) {
    this.#findEntries = findEntries;
    this.#logger = logger;
    this.#retryAfterMs = retryAfterMs;
  }

  /** Takes a question; when there are too many, at the cost of the oldest ones' further chances. */
  add(inquiry: Inquiry): void {
    this.#size += inquiry.size;
    while (this.#waiting[0] !== undefined && this.#size > MAX_SIZE) this.#giveUp(this.#waiting[0]);
    this.#waiting.push({ inquiry, isDue: true, failures: 0, looks: 0, timer: undefined });
    void this.#ask();
  }

  /** Asks all that wait now, which uses up none of their chances. Never rejects. */
  async retry(): Promise<void> {
    for (const one of this.#waiting) one.isDue = true;
    await this.#ask();
  }

  /** The same, for at most `timeoutMs`; then settles the rest with what is known here. */
  async conclude(timeoutMs: number): Promise<void> {
    if (this.#waiting.length === 0) return;
    await settledWithin(timeoutMs, this.retry());
    while (this.#waiting[0] !== undefined) this.#giveUp(this.#waiting[0]);
  }

  /** Resolves when nothing is due any more. Never rejects. */
  async #ask(): Promise<void> {
    while (this.#nextDue() !== undefined) {
      this.#asking ??= untraced(() => this.#askAllDue()).finally(() => (this.#asking = undefined));
      await this.#asking;
    }
  }

  async #askAllDue(): Promise<void> {
    for (let next = this.#nextDue(); next !== undefined; next = this.#nextDue()) {
      const entries = await this.#entriesOf(next.inquiry.resourceName);
      if (!this.#waiting.includes(next)) continue; // given up in the meantime
      if (entries !== undefined) this.#answer(next, entries);
      // What can't be asked about one can't be asked about the others.
      else for (const one of this.#waiting.filter(({ isDue }) => isDue)) this.#postpone(one, false);
    }
  }

  #nextDue(): Waiting | undefined {
    const held = new Set<string>();
    return this.#waiting.find(({ isDue, inquiry: { resourceName } }) => {
      if (isDue && !held.has(resourceName)) return true;
      held.add(resourceName);
      return false;
    });
  }

  async #entriesOf(resourceName: string): Promise<readonly ResourceEntry[] | undefined> {
    try {
      return await this.#findEntries(resourceName);
    } catch (error) {
      this.#logger.warn("The ledger can't be asked about a batch, a video or a cache yet", error);
      return undefined;
    }
  }

  #answer(one: Waiting, entries: readonly ResourceEntry[]): void {
    if (this.#settles(() => one.inquiry.answered(entries))) this.#forget(one);
    else this.#postpone(one, true);
  }

  #postpone(one: Waiting, looked: boolean): void {
    one.isDue = false;
    if (one.timer !== undefined) return; // asked ahead of its time, which is still to come
    const delayMs = this.#retryAfterMs[one.failures];
    one.failures += 1;
    if (looked) one.looks += 1;
    if (delayMs === undefined || one.looks === MAX_LOOKS) return this.#giveUp(one);
    one.timer = setTimeout(() => {
      one.timer = undefined;
      one.isDue = true;
      void this.#ask();
    }, delayMs).unref();
  }

  #giveUp(one: Waiting): void {
    this.#forget(one);
    this.#settles(() => one.inquiry.unanswered());
  }

  #forget(one: Waiting): void {
    clearTimeout(one.timer);
    this.#waiting.splice(this.#waiting.indexOf(one), 1);
    this.#size -= one.inquiry.size;
  }

  /** What fails for a reason of our own would fail again: it counts as settled. */
  #settles(work: () => boolean | void): boolean {
    try {
      return work() !== false;
    } catch (error) {
      this.#logger.warn("The meter failed on a batch, a video or a cache", error);
      return true;
    }
  }
}
