/**
 * A Gemini API over HTTP on 127.0.0.1, which knows what it would have charged: the truth that tests
 * compare with, and what the demo calls. README.md lists its behaviours.
 *
 * It imports nothing from `src`, so that a mistake there can't hide by being made here too.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { BatchService } from "./batches.ts";
import { costOf, tokensOf, usdText } from "./billing.ts";
import { CacheService } from "./caches.ts";
import { CallLog, type SimulatedCall } from "./call-log.ts";
import { exchangeFor, type Exchange } from "./exchange.ts";
import { InteractionService } from "./interactions.ts";
import { OpenAiService } from "./openai.ts";
import { serveLive } from "./live.ts";
import type { Service } from "./service.ts";
import { never, pause, transmit } from "./transmission.ts";
import { VideoService } from "./videos.ts";

export interface SimulatorOptions {
  /** @defaultValue `0`, any free one */
  readonly port?: number;
  /** Before the headers, in milliseconds, or a function of the call. @defaultValue `0` */
  readonly latencyMs?:
    | number
    | ((call: Pick<SimulatedCall, "sequence" | "requestedModel">) => number);
  /** Between the chunks of a stream, in milliseconds. @defaultValue `0` */
  readonly chunkIntervalMs?: number;
  /** Chunks of a stream. @defaultValue `4` */
  readonly chunks?: number;
  /** Between the pieces of a `slow` answer, in milliseconds. @defaultValue `30_000` */
  readonly slowMs?: number;
  /** Numbers from 0 to 1: each wait then takes half to one and a half times as long. */
  readonly random?: () => number;
  /** Agree to compress the messages of Live sessions. @defaultValue `false` */
  readonly compressed?: boolean;
  /** Milliseconds since the Unix epoch: the day whose prices hold. @defaultValue `Date.now` */
  readonly now?: () => number;
}

export interface Simulator {
  /** `http://127.0.0.1:<port>`, the `baseUrl` of the SDKs. */
  readonly url: string;
  /** In the order in which they ended. A call is here before its client has the last byte. */
  readonly calls: readonly SimulatedCall[];
  /** Those that the provider would charge for. */
  billedCalls(): readonly SimulatedCall[];
  /** Exact decimal text of all known costs. */
  totalCostUsd(): string;
  /** Resolves when that many calls have ended. */
  waitForCalls(count: number): Promise<void>;
  /** Resolves when that many requests have arrived, answered or not. */
  waitForArrivals(count: number): Promise<void>;
  /** Forgets all calls, also those still under way. */
  reset(): void;
  /** Closes every connection. */
  close(): Promise<void>;
}

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new HttpSimulator(options);
  await simulator.listen(options.port ?? 0);
  return simulator;
}

class HttpSimulator implements Simulator {
  readonly #options: SimulatorOptions;
  readonly #server: Server;
  readonly #services: readonly Service[] = [
    new BatchService(),
    new VideoService(),
    new CacheService(),
    new InteractionService(),
    new OpenAiService(),
  ];
  readonly #breakOffLive: () => void;
  #log = new CallLog();
  #closing: Promise<void> | undefined;

  constructor(options: SimulatorOptions) {
    this.#options = options;
    // A fault of the simulator's own is left unhandled: it must fail the test loudly.
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#breakOffLive = serveLive(this.#server, {
      log: () => this.#log,
      nowMs: options.now ?? Date.now,
      compressed: options.compressed ?? false,
    });
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  get calls(): readonly SimulatedCall[] {
    return this.#log.calls;
  }

  billedCalls(): readonly SimulatedCall[] {
    return this.#log.calls.filter(({ billed }) => billed);
  }

  totalCostUsd(): string {
    return usdText(this.#log.totalPicodollars);
  }

  waitForCalls(count: number): Promise<void> {
    return this.#log.waitForCalls(count);
  }

  waitForArrivals(count: number): Promise<void> {
    return this.#log.waitForArrivals(count);
  }

  reset(): void {
    // Calls under way keep the log that they began with.
    this.#log = new CallLog();
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeServer();
    return this.#closing;
  }

  async #closeServer(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    this.#breakOffLive();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const log = this.#log;
    const nowMs = (this.#options.now ?? Date.now)();
    const left = departure(response);
    const arrival = {
      sequence: log.arrive(),
      method: request.method ?? "",
      url: new URL(request.url ?? "/", this.url),
      headers: request.headers,
      text: await text(request).catch(() => ""),
      nowMs,
      chunks: this.#options.chunks ?? 4,
      isFirst: (key: string) => log.isFirst(key),
    };
    const exchange = exchangeFor(arrival, this.#services);
    const record = recordOnce(log, exchange, nowMs);
    try {
      await this.#answer(exchange, response, left, record);
    } catch (error) {
      if (!response.destroyed) throw error;
      // The client is gone; the model is not, and what it generates is charged in full.
      record({ httpStatus: response.headersSent ? response.statusCode : undefined, aborted: true });
    }
  }

  /** @throws AbortError when the client leaves. */
  async #answer(
    { facts, reply, slow }: Exchange,
    response: ServerResponse,
    left: AbortSignal,
    record: (ending: Ending) => void,
  ): Promise<void> {
    await pause(this.#latencyMs(facts), left);
    if (reply === "hang") {
      await never(left);
    } else if (reply === "reset") {
      record({ httpStatus: undefined, aborted: false });
      response.destroy();
    } else {
      await transmit(response, reply, {
        left,
        pauseMs: () => this.#jittered(this.#intervalMs(slow)),
        beforeLastWrite: () => record({ httpStatus: reply.status, aborted: false }),
      });
    }
  }

  #latencyMs(facts: Exchange["facts"]): number {
    const { latencyMs = 0 } = this.#options;
    return this.#jittered(typeof latencyMs === "number" ? latencyMs : latencyMs(facts));
  }

  #intervalMs(slow: boolean): number {
    const { slowMs = 30_000, chunkIntervalMs = 0 } = this.#options;
    return slow ? slowMs : chunkIntervalMs;
  }

  #jittered(ms: number): number {
    const { random } = this.#options;
    return random === undefined ? ms : ms * (0.5 + random());
  }
}

type Ending = Pick<SimulatedCall, "httpStatus" | "aborted">;

/** Records the call with its first ending. */
function recordOnce(log: CallLog, exchange: Exchange, nowMs: number): (ending: Ending) => void {
  const { facts, usage } = exchange;
  let isRecorded = false;
  return (ending) => {
    if (isRecorded) return;
    isRecorded = true;
    const cost = exchange.cost ?? (usage && costOf(facts.servedModel ?? "", usage, nowMs));
    const costUsd = cost === undefined ? undefined : usdText(cost);
    log.settle({ ...facts, ...ending, tokens: usage && tokensOf(usage), costUsd }, cost);
  };
}

/** Aborted when the connection closes before the answer is whole: the client has left. */
function departure(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
