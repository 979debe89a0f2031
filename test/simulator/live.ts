/**
 * The Live API: sessions over WebSockets, on the simulator's own port. The usage of a turn counts all
 * that was said in the session so far, and is charged whole: a session costs the sum of its turns.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

import { type WebSocket, WebSocketServer } from "ws";

import { modelled } from "./behaviour.ts";
import type { CallLog } from "./call-log.ts";
import { LiveConversation, type LiveTurn } from "./live-conversation.ts";
import { isObject } from "./prompt.ts";
import type { CallFacts } from "./service.ts";

const GEMINI_API =
  /^\/+ws\/google\.ai\.generativelanguage\.v1\w*\.GenerativeService\.BidiGenerateContent(?:Constrained)?$/;
const VERTEX_AI = /^\/+ws\/google\.cloud\.aiplatform\.v1\w*\.LlmBidiService\/BidiGenerateContent$/;
/** A second of speech, as Google sends it: 24 kHz, 16 bits. */
const SPEECH = Buffer.alloc(48_000, "spoken").toString("base64");
const CHUNKS = 3;

export interface LiveParts {
  /** That of the moment. */
  readonly log: () => CallLog;
  readonly nowMs: () => number;
  /** Agree to compress messages. */
  readonly compressed: boolean;
}

/** Answers upgrades on `server`. Returns what breaks off all sessions. */
export function serveLive(server: Server, parts: LiveParts): () => void {
  const perMessageDeflate = parts.compressed && { threshold: 0 };
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const log = parts.log();
    const sequence = log.arrive();
    const url = new URL(`http://127.0.0.1${request.url}`);
    const facts = factsOf(request, url, sequence);
    const key = request.headers["x-goog-api-key"] ?? url.searchParams.get("key");
    const httpStatus = facts.platform === undefined ? 404 : key === "invalid" ? 401 : 101;
    if (httpStatus !== 101) {
      log.settle({ ...facts, httpStatus, ...NOTHING }, undefined);
      socket.end(
        `HTTP/1.1 ${httpStatus} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const session = new LiveSession(opened, facts, log, parts.nowMs);
      opened.on("message", (data: Buffer) => session.heard(data.toString("utf8")));
      opened.on("close", () => session.left());
    });
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
  };
}

const NOTHING = { tokens: undefined, costUsd: undefined, aborted: false } as const;

function factsOf(request: IncomingMessage, url: URL, sequence: number): CallFacts {
  const isOnGemini = GEMINI_API.test(url.pathname);
  const platform = VERTEX_AI.test(url.pathname) ? "vertex_ai" : undefined;
  return {
    sequence,
    method: "GET",
    path: url.pathname,
    operation: "bidiGenerateContent",
    platform: isOnGemini ? "gemini_api" : platform,
    requestedModel: undefined,
    servedModel: undefined,
    behaviour: "ok",
    marker: undefined,
    billed: false,
    requestHeaders: Object.keys(request.headers),
    requestSha256: createHash("sha256").update(url.pathname).digest("hex"),
  };
}

class LiveSession {
  readonly #socket: WebSocket;
  readonly #facts: CallFacts;
  readonly #log: CallLog;
  readonly #nowMs: () => number;
  #conversation: LiveConversation | undefined;
  /** The turn that the client was not told the end of. */
  #hanging: LiveTurn | undefined;

  constructor(socket: WebSocket, facts: CallFacts, log: CallLog, nowMs: () => number) {
    this.#socket = socket;
    this.#facts = facts;
    this.#log = log;
    this.#nowMs = nowMs;
  }

  heard(text: string): void {
    const message: unknown = JSON.parse(text);
    if (!isObject(message)) return;
    if (this.#conversation !== undefined) {
      const turn = this.#conversation.hear(message);
      if (turn !== undefined) this.#take(turn);
      return;
    }
    const setup = isObject(message["setup"]) ? message["setup"] : {};
    const name = String(setup["model"]).replace(/^.*models\//, "");
    const model = modelled(name);
    if (model === undefined || !model.baseModel.startsWith("gemini-")) {
      this.#log.settle(
        { ...this.#facts, requestedModel: name, httpStatus: 101, ...NOTHING },
        undefined,
      );
      this.#socket.close(1008, `models/${name} is not found for bidiGenerateContent`);
      return;
    }
    const { platform } = this.#facts;
    this.#conversation = new LiveConversation({ ...model, platform, setup, nowMs: this.#nowMs });
    this.#send({ setupComplete: {} });
  }

  left(): void {
    if (this.#hanging !== undefined) this.#settle(this.#hanging, true);
    this.#hanging = undefined;
  }

  #take(turn: LiveTurn): void {
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const inlineData = { mimeType: "audio/pcm;rate=24000", data: SPEECH };
      this.#send({ serverContent: { modelTurn: { parts: [{ inlineData }] } } });
      if (turn.fate === "hang") {
        this.#hanging = turn;
        return;
      }
      if (turn.fate === "cut") {
        this.#settle(turn, false);
        this.#socket.close(1011, "Internal error encountered.");
        return;
      }
    }
    this.#send({ serverContent: { outputTranscription: { text: turn.said } } });
    const { groundingMetadata, usageMetadata } = turn;
    if (groundingMetadata) this.#send({ serverContent: { groundingMetadata } });
    this.#send({ serverContent: { generationComplete: true } });
    // On record before the client knows, as with all calls.
    this.#settle(turn, false);
    this.#send({ serverContent: { turnComplete: true }, usageMetadata });
  }

  #settle({ facts, tokens, costUsd, cost }: LiveTurn, aborted: boolean): void {
    const call = { ...this.#facts, ...facts, httpStatus: 101, tokens, costUsd, aborted };
    this.#log.settle(call, cost);
  }

  /** As Google does: JSON in frames that are called binary. */
  #send(message: object): void {
    this.#socket.send(Buffer.from(`${JSON.stringify(message, null, 2)}\n`));
  }
}
