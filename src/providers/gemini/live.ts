/**
 * The Live API: a session over a WebSocket, in which each turn of the model is billed by itself.
 *
 * The usage that the server states at the end of a turn counts the whole context anew, and all of it
 * is billed again: a session costs the sum of its snapshots. Source: FACTS-gemini §2.4. So every
 * statement of usage ends a turn, also where an interrupted answer or a tool call has one of its own.
 */
import { NO_MEMBERS, type Operation, type Session, type TurnMessage } from "../operation.ts";
import { readAnswer } from "./answer.ts";
import { priced } from "./billing.ts";
import { objectIn, objectOf } from "./json.ts";
import { requestedModelIn } from "./requested-model.ts";
import { commonOf, type SurfaceRequest } from "./surface.ts";

/** `Constrained` is the method for ephemeral tokens. */
const LIVE =
  /(?:^|\/)ws\/google\.(?:ai\.generativelanguage|(?<vertex>cloud\.aiplatform))\.[^/]+[./]BidiGenerateContent(?:Constrained)?$/;
/** Quotes inside texts are escaped, so what is said can't be mistaken for a member. */
const GENERATED = ['"modelTurn"', '"toolCall"'] as const;
const STATED = ['"usageMetadata"', '"groundingMetadata"'] as const;

/** The session that a WebSocket is, or undefined when it is none of the Live API. */
export function liveSession(asked: SurfaceRequest): Session | undefined {
  const match = LIVE.exec(asked.path);
  if (match === null) return undefined;
  const platform = match.groups?.["vertex"] === undefined ? asked.platform : "vertex_ai";
  const session = { ...asked, platform };
  return {
    operation: turnsOf(session, undefined),
    setUp: (message) => turnsOf(session, requestedModelIn({ bodyText: () => message })),
    read: readMessage,
  };
}

function turnsOf(asked: SurfaceRequest, model: string | undefined): Operation {
  return {
    ...commonOf(asked),
    genAiOperation: "generate_content",
    name: "bidiGenerateContent",
    requestedModel: model,
    streaming: true,
    billed: true,
    members: NO_MEMBERS,
    read: readAnswer,
    price: (outcome) => priced(outcome, model, asked),
  };
}

/** Most messages are long, and speech: they are searched for a few names, and not parsed. */
function readMessage(message: string): TurnMessage {
  const generates = GENERATED.some((name) => message.includes(name));
  if (!STATED.some((name) => message.includes(name))) return { generates, endsTurn: false };
  const stated = objectOf(message) ?? {};
  const usageMetadata = objectIn(stated["usageMetadata"]);
  const { groundingMetadata } = objectIn(stated["serverContent"]) ?? {};
  return {
    generates,
    payload: { usageMetadata, candidates: [{ groundingMetadata }] },
    endsTurn: usageMetadata !== undefined,
  };
}
