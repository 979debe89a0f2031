/**
 * Which API method a URL names, on the Gemini API and on Vertex AI.
 *
 * Only the paths that Google serves are known: a client that builds a wrong one must get a 404 here
 * as it would there.
 */

const OPERATIONS = [
  "generateContent",
  "streamGenerateContent",
  "embedContent",
  "batchEmbedContents",
  "predict",
  "countTokens",
] as const;
export type Operation = (typeof OPERATIONS)[number];
export type Platform = "gemini_api" | "vertex_ai";

export interface Route {
  readonly platform: Platform;
  readonly operation: Operation;
  /** As a request names it: `gemini-2.5-flash`, `tunedModels/my-model`. */
  readonly model: string;
  /** `sse` and `array` are the two forms of a stream, with `?alt=sse` and without. */
  readonly form: "unary" | "sse" | "array";
}

const GEMINI_API = /^\/v1(?:beta|alpha)?\/(models|tunedModels)\/([^/:]+):(\w+)$/;
/** With a project, or without one in express mode. */
const VERTEX_AI =
  /^\/v1(?:beta1)?\/(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/google\/models\/([^/:]+):(\w+)$/;

/** The API method that a request is for, or undefined when there is none under that URL. */
export function routeOf(method: string, url: URL): Route | undefined {
  if (method !== "POST") return undefined;
  const gemini = GEMINI_API.exec(url.pathname);
  if (gemini !== null) {
    const [, collection, id, verb] = gemini;
    const model = collection === "models" ? id : `${collection}/${id}`;
    return verb === "predict" ? undefined : route("gemini_api", model, verb, url);
  }
  const [, model, verb] = VERTEX_AI.exec(url.pathname) ?? [];
  return verb === "batchEmbedContents" ? undefined : route("vertex_ai", model, verb, url);
}

function route(
  platform: Platform,
  model: string | undefined,
  verb: string | undefined,
  url: URL,
): Route | undefined {
  const operation = OPERATIONS.find((name) => name === verb);
  if (model === undefined || operation === undefined) return undefined;
  const streamForm = url.searchParams.get("alt") === "sse" ? "sse" : "array";
  const form = operation === "streamGenerateContent" ? streamForm : "unary";
  return { platform, operation, model, form };
}
