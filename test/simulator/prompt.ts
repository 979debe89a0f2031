/**
 * What a request asks, as far as the simulator cares: its size in tokens, and the directives that a
 * test wrote into the prompt.
 *
 * A directive travels in the text because text is what every SDK passes on unchanged.
 */
import { plus, type Modality, type ModalityCounts, type UsageMetadata } from "./usage-metadata.ts";

export interface Prompt {
  /** Text counts a token for each four characters, media a fixed number each. */
  readonly counts: ModalityCounts;
  readonly characters: number;
  /** `[[call:xyz]]`: the name by which a test finds its call. The last one wins. */
  readonly marker: string | undefined;
  /** `[[sim:err429]]`: what to do with the call, whatever its model says. The last one wins. */
  readonly behaviour: string | undefined;
  /** `[[usage:{…}]]`: `usageMetadata` to answer with instead of the computed one. The last one wins. */
  readonly usage: UsageMetadata | undefined;
}

const CHARACTERS_PER_TOKEN = 4;
const MEDIA_TOKENS: ModalityCounts = { IMAGE: 258, AUDIO: 320, VIDEO: 2_580, DOCUMENT: 258 };
/** Members that hold text: of parts, of embeddings' instances, of Imagen's. */
const TEXTS: ReadonlySet<string> = new Set(["text", "content", "prompt"]);
const MARKER = /\[\[call:([^\]]+)\]\]/g;
const BEHAVIOUR = /\[\[sim:([^\]]+)\]\]/g;
const USAGE = /\[\[usage:(\{.*?\})\]\]/gs;

/** @throws SyntaxError when a usage directive is not JSON. */
export function promptOf(body: unknown): Prompt {
  const texts: string[] = [];
  let counts: ModalityCounts = {};
  visit(body, {
    text: (text) => texts.push(text),
    media: (modality) => {
      counts = plus(counts, { [modality]: MEDIA_TOKENS[modality] ?? 0 });
    },
  });
  const text = texts.join("\n");
  const usage = [...text.matchAll(USAGE)].at(-1)?.[1];
  return {
    counts: plus(counts, { TEXT: textTokens(text) }),
    characters: text.length,
    marker: [...text.matchAll(MARKER)].at(-1)?.[1],
    behaviour: [...text.matchAll(BEHAVIOUR)].at(-1)?.[1],
    usage: usage === undefined ? undefined : (JSON.parse(usage) as UsageMetadata),
  };
}

export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

interface Visitor {
  text(text: string): void;
  media(modality: Modality): void;
}

/** Finds parts wherever an API method keeps them: contents, requests, instances, systemInstruction. */
function visit(value: unknown, visitor: Visitor): void {
  if (Array.isArray(value)) for (const item of value) visit(item, visitor);
  if (!isObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    if (TEXTS.has(key) && typeof member === "string") visitor.text(member);
    else if (key === "functionCall" || key === "functionResponse") {
      visitor.text(JSON.stringify(member));
    } else if (key === "inlineData" || key === "fileData") {
      visitor.media(modalityOf(isObject(member) ? member["mimeType"] : undefined));
    } else visit(member, visitor);
  }
}

function modalityOf(mimeType: unknown): Modality {
  const family = typeof mimeType === "string" ? mimeType.split("/")[0] : undefined;
  if (family === "image") return "IMAGE";
  if (family === "audio") return "AUDIO";
  return family === "video" ? "VIDEO" : "DOCUMENT";
}

/**
 * Rounds of function calling since the user last spoke. Earlier turns of a chat don't count: the
 * model may call functions again for each.
 */
export function functionRounds(body: Readonly<Record<string, unknown>>): number {
  const contents = objects(body["contents"]).map((content) => ({
    isUser: content["role"] !== "model",
    members: objects(content["parts"]).flatMap((part) => Object.keys(part)),
  }));
  const lastSpoken = contents.findLastIndex(
    ({ isUser, members }) => isUser && members.includes("text"),
  );
  return contents
    .slice(lastSpoken + 1)
    .filter(({ members }) => members.includes("functionResponse")).length;
}

/** The object that a request's body is; undefined when it is none. */
export function bodyOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

/** The objects in what should be a list of them. */
export function objects(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
