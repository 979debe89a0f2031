/**
 * The backlog of an app: its journal, what it inherited from processes that are gone, and memory for
 * the time in which no file can be written.
 */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { untraced } from "../base/untraced.ts";
import type { UsageRecord } from "../usage/record.ts";
import type { Backlog, RowSource } from "./backlog.ts";
import { Inheritance } from "./inheritance.ts";
import { JournalKeeper } from "./journal-keeper.ts";
import { MemoryQueue } from "./queue.ts";
import { lineOf, startLineOf } from "./row-line.ts";

export interface DurableBacklogParts {
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface DurableBacklogOptions {
  /** Made when the first call begins. Any number of processes may share it. */
  readonly directory: string;
  /** What the journal may take on the disk, with all that was inherited. */
  readonly maxBytes: number;
  /** Rows that may wait in memory while no file can be written. */
  readonly maxRowsInMemory: number;
}

/** So much is written to the database once more after a crash: a segment is deleted as a whole. */
const MAX_SEGMENT_BYTES = 2 * 1024 * 1024;
/** So that a journal that is full can lose a part. */
const MIN_SEGMENTS = 8;
/** Between two signs of life, and two looks at what others left. */
const ROUND_MS = 10_000;

export class DurableBacklog implements Backlog {
  readonly #logger: Logger;
  readonly #maxBytes: number;
  readonly #memory: MemoryQueue;
  readonly #keeper: JournalKeeper;
  readonly #inheritance: Inheritance;
  readonly #onExit = (): void => this.#keeper.close();
  /** Calls that the journal took at their start, and not at their end. */
  readonly #endedInMemory: string[] = [];
  #lost = 0;
  /** Where the rows came from that were handed out last. */
  #handedOut: RowSource | undefined;
  #timer: NodeJS.Timeout | undefined;
  #rounding: Promise<void> | undefined;

  constructor({ clock, logger }: DurableBacklogParts, options: DurableBacklogOptions) {
    const { directory, maxBytes } = options;
    const segmentBytes = Math.min(MAX_SEGMENT_BYTES, maxBytes / MIN_SEGMENTS);
    const onLost = (rows: number): void => this.#loses(rows);
    this.#logger = logger;
    this.#maxBytes = maxBytes;
    this.#memory = new MemoryQueue(options.maxRowsInMemory);
    this.#keeper = new JournalKeeper({ directory, segmentBytes, clock, logger, onLost });
    this.#inheritance = new Inheritance({
      directory: this.#keeper.directory,
      home: () => this.#keeper.home,
      makeHome: () => {
        this.#keeper.write(() => undefined);
        return this.#keeper.home;
      },
      clock,
      logger,
      onLost,
    });
  }

  get pending(): number {
    return this.#sources().reduce((sum, { pending }) => sum + pending, 0);
  }

  /** Of `pending`, those that outlive this process. */
  get pendingOnDisk(): number {
    return this.pending - this.#memory.pending - this.#keeper.pendingInDeleted;
  }

  get oldestPendingAtMs(): number | undefined {
    const times = this.#sources().flatMap(({ oldestPendingAtMs }) => oldestPendingAtMs ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  get lost(): number {
    return this.#lost;
  }

  get bytes(): number {
    const onDisk = [...this.#inheritance.rows, ...this.#keeper.rows];
    return onDisk.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get directory(): string {
    return this.#keeper.directory;
  }

  /**
   * Takes over what others left, now and from time to time, until `close`.
   *
   * @param onInherited Told when rows came in that were not added here.
   */
  async start(onInherited: () => void): Promise<void> {
    process.on("exit", this.#onExit);
    const round = (): Promise<void> => this.#round(onInherited);
    this.#timer = untraced(() => setInterval(() => void round(), ROUND_MS).unref());
    await round();
  }

  begin(record: UsageRecord): void {
    if (this.bytes >= this.#maxBytes) return;
    this.#keeper.write((journal) => journal.begin(record.id, startLineOf(record)));
  }

  add(record: UsageRecord): boolean {
    const { id, startedAtMs, durationMs } = record;
    // A call that was let in at its start is let in at its end.
    if (!this.#keeper.underWay.has(id) && this.bytes >= this.#maxBytes) return false;
    const line = lineOf(record);
    if (this.#keeper.write((journal) => journal.end(id, line, startedAtMs + durationMs)))
      return true;
    if (!this.#memory.add(record)) return false;
    if (this.#keeper.underWay.has(id)) this.#endedInMemory.push(id);
    return true;
  }

  async oldest(maxRows: number): Promise<readonly string[]> {
    for (const source of this.#sources()) {
      const lines = source.pending === 0 ? [] : await source.oldest(maxRows);
      this.#handedOut = source;
      if (lines.length > 0) return lines;
    }
    return [];
  }

  async acknowledge(rows: number): Promise<void> {
    await this.#handedOut?.acknowledge(rows);
    if (this.#memory.pending === 0) {
      for (const id of this.#endedInMemory.splice(0)) this.#keeper.forget(id);
    }
    await this.#inheritance.settle();
  }

  /** Leaves what is not done with to whoever comes next. */
  close(): void {
    clearInterval(this.#timer);
    process.off("exit", this.#onExit);
    this.#keeper.close();
  }

  /** One at a time. */
  #round(onInherited: () => void): Promise<void> {
    this.#rounding ??= untraced(async () => {
      await this.#keeper.beat();
      if (await this.#inheritance.takeOver()) onInherited();
    }).finally(() => (this.#rounding = undefined));
    return this.#rounding;
  }

  #sources(): readonly RowSource[] {
    return [this.#memory, ...this.#inheritance.rows, ...this.#keeper.rows];
  }

  #loses(rows: number): void {
    this.#lost += rows;
    this.#logger.warn(`Usage rows in the journal are damaged, and lost: ${rows}`);
  }
}
