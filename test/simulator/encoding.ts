/** The bytes of an answer, in the form that the request asked for, with the faults of its delivery. */
import type { Answer } from "./answer.ts";
import type { Behaviour, DeliveryKind } from "./behaviour.ts";
import type { JsonObject } from "./draft.ts";
import { OVERLOADED, type Failure } from "./failure.ts";
import type { Route } from "./route.ts";
import type { Transmission } from "./transmission.ts";

/** Large bodies leave in pieces, so that a client which leaves meanwhile is noticed. */
const WRITE_BYTES = 64 * 1024;
/** JSON that breaks off. */
const BROKEN_JSON = '{"candidates": [{"content": {"parts": [{"text": "Der Pr';

type Form = Route["form"];

export function encodeFailure({ status, contentType, text }: Failure): Transmission {
  return transmission(status, contentType, [text]);
}

export function encodeAnswer(
  answer: Answer,
  form: Form,
  delivery: DeliveryKind,
  amount: number | undefined,
): Transmission {
  const contentType = form === "sse" ? "text/event-stream" : "application/json; charset=UTF-8";
  const pieces = piecesOf(answer, form, delivery === "crlf" ? "\r\n" : "\n");
  const serviceTier = answer.usageAtChunk.at(-1)?.serviceTier;
  const plain = transmission(200, contentType, pieces, {
    ...(serviceTier !== undefined && { "x-gemini-service-tier": serviceTier }),
  });
  return FAULTS[delivery](plain, form, amount);
}

/** Server-sent events as text, for the APIs that give them names, or end them with a mark. */
export function encodeEvents(
  events: readonly string[],
  { delivery, deliveryAmount }: Pick<Behaviour, "delivery" | "deliveryAmount">,
): Transmission {
  const texts = delivery === "crlf" ? events.map((one) => one.replaceAll("\n", "\r\n")) : events;
  return FAULTS[delivery](transmission(200, "text/event-stream", texts), "sse", deliveryAmount);
}

/** One piece an event; the brackets of an array go with its first and its last. */
function piecesOf({ whole, chunks }: Answer, form: Form, lineEnd: string): readonly string[] {
  switch (form) {
    case "unary":
      return [`${JSON.stringify(whole, null, 2)}\n`];
    case "sse":
      return chunks.map((chunk) => event(chunk, lineEnd));
    case "array":
      return chunks.map((chunk, index) => {
        const opening = index === 0 ? "[" : ",\r\n";
        const closing = index === chunks.length - 1 ? "]" : "";
        return `${opening}${JSON.stringify(chunk, null, 2)}\n${closing}`;
      });
  }
}

function event(data: JsonObject, lineEnd: string): string {
  return `data: ${JSON.stringify(data)}${lineEnd}${lineEnd}`;
}

type Fault = (plain: Transmission, form: Form, amount: number | undefined) => Transmission;

const FAULTS: Readonly<Record<DeliveryKind, Fault>> = {
  plain: (plain) => plain,
  crlf: (plain) => plain,
  bytewise: (plain, _form, amount = 1) => ({ ...plain, writeBytes: amount }),
  // An answer of one piece must break somewhere to be slow.
  slow: (plain) => (plain.pieces.length === 1 ? { ...plain, pieces: halves(plain.pieces) } : plain),
  cut: (plain, form) =>
    form === "unary" ? cutInside(plain) : { ...plain, pieces: firstHalf(plain), ending: "cut" },
  cutmid: cutInside,
  cutbody: cutInside,
  badjson: (plain, form) => {
    const broken = Buffer.from(form === "sse" ? `data: ${BROKEN_JSON}\n\n` : BROKEN_JSON);
    return { ...plain, pieces: form === "unary" ? [broken] : [...firstHalf(plain), broken] };
  },
  sseerr: (plain, form) => {
    if (form !== "sse") return plain;
    return {
      ...plain,
      pieces: [...firstHalf(plain), Buffer.from(event({ error: OVERLOADED }, "\n"))],
    };
  },
};

/** Breaks off within the piece after the first half, at a byte that may be inside a letter. */
function cutInside(plain: Transmission): Transmission {
  const { pieces } = plain;
  const broken = pieces[halfOf(pieces.length)] ?? Buffer.alloc(0);
  const start = broken.subarray(0, Math.floor(broken.length / 2));
  return { ...plain, pieces: [...firstHalf(plain), start], ending: "cut" };
}

/** How many of `count` chunks are sent before a fault: none of one, one of two or three. */
export function halfOf(count: number): number {
  return Math.floor(count / 2);
}

function firstHalf({ pieces }: Transmission): readonly Buffer[] {
  return pieces.slice(0, halfOf(pieces.length));
}

function halves(pieces: readonly Buffer[]): readonly Buffer[] {
  return pieces.flatMap((piece) => {
    const middle = Math.floor(piece.length / 2);
    return [piece.subarray(0, middle), piece.subarray(middle)];
  });
}

function transmission(
  status: number,
  contentType: string,
  texts: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Transmission {
  return {
    status,
    headers: { "content-type": contentType, vary: "Origin, X-Origin, Referer", ...headers },
    pieces: texts.map((text) => Buffer.from(text)),
    writeBytes: WRITE_BYTES,
    ending: "complete",
  };
}
