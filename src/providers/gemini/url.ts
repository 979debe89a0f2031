/**
 * Recognises a request to Gemini by its URL: which platform, which method, which model.
 *
 * Known are the Developer API, Vertex AI in all regions, and base URLs given by the user. What calls
 * a model is recognised even when the method is new, so that it is counted as unpriced, not missed.
 */
import type { Platform } from "../../pricing/list-price.ts";
import { hostNameOf } from "../host-name.ts";

/** Where a request goes. */
export interface Address {
  readonly platform: Platform;
  /** Behind the base URL, with nothing encoded: `/v1beta/models/gemini-2.5-flash:generateContent`. */
  readonly path: string;
}

export interface ModelCall {
  /** The verb behind the colon: `generateContent`. */
  readonly method: string;
  /** The id in the path, as `gemini-2.5-flash`; `tunedModels/…` whole; undefined for an endpoint. */
  readonly model: string | undefined;
}

const DEVELOPER_HOST = "generativelanguage.googleapis.com";
const VERTEX_HOST =
  /^(?:[a-z0-9-]+-)?aiplatform\.googleapis\.com$|^aiplatform\.[a-z0-9-]+\.rep\.googleapis\.com$/;
/** …/models/gemini-2.5-flash:generateContent; the version before it may be any, or none. */
const MODEL_CALL = /(?:^|\/)(models|tunedModels|endpoints)\/([^/]+):([A-Za-z]{1,64})$/;
const VERTEX_PATH = /(?:^|\/)(?:publishers|projects)\//;
const PUBLISHED = /(?:^|\/)publishers\/[^/]+\/models\//;

/** Verbs that a user's own models and endpoints answer to beside those that manage them. */
const INFERENCE: ReadonlySet<string> = new Set([
  "generateContent",
  "streamGenerateContent",
  "embedContent",
  "countTokens",
  "computeTokens",
  "predict",
  "predictLongRunning",
  "fetchPredictOperation",
  "rawPredict",
  "streamRawPredict",
  "serverStreamingPredict",
  "directPredict",
  "directRawPredict",
  "explain",
]);

/** A base URL of the user's, for a proxy or a gateway. */
export interface BaseUrl {
  readonly origin: string;
  readonly hostname: string;
  /** Without a slash at its end. */
  readonly path: string;
}

export function baseUrlOf(text: string): BaseUrl {
  const url = new URL(text);
  return {
    origin: url.origin,
    hostname: hostNameOf(url),
    path: url.pathname.replace(/\/+$/, ""),
  };
}

/** The platform that owns a host name (as from `hostNameOf`), if it is one of Google's. */
export function platformOf(hostname: string): Platform | undefined {
  if (hostname === DEVELOPER_HOST) return "gemini_api";
  return VERTEX_HOST.test(hostname) ? "vertex_ai" : undefined;
}

/** Undefined when `url` is none of Gemini's. */
export function addressOf(url: URL, baseUrls: readonly BaseUrl[]): Address | undefined {
  const host = platformOf(hostNameOf(url));
  const path = decoded(host === undefined ? pathBehind(url, baseUrls) : url.pathname);
  if (path === undefined) return undefined;
  return { platform: host ?? (VERTEX_PATH.test(path) ? "vertex_ai" : "gemini_api"), path };
}

/** The call to a model that a POST to there is; undefined when it is none. */
export function modelCallAt({ platform, path }: Address): ModelCall | undefined {
  const [, collection, id, method] = MODEL_CALL.exec(path) ?? [];
  if (id === undefined || method === undefined) return undefined;

  const isOwn = platform === "vertex_ai" && !PUBLISHED.test(path);
  if (isOwn && !INFERENCE.has(method)) return undefined;
  return { method, model: modelIn(collection, id) };
}

function modelIn(collection: string | undefined, id: string): string | undefined {
  if (collection === "endpoints") return undefined;
  return collection === "models" ? id : `${collection}/${id}`;
}

function pathBehind(url: URL, baseUrls: readonly BaseUrl[]): string | undefined {
  for (const { origin, path } of baseUrls) {
    if (url.origin !== origin) continue;
    if (path === "" || url.pathname.startsWith(`${path}/`)) return url.pathname.slice(path.length);
  }
  return undefined;
}

/** Clients may encode the slash in `models/…` and the colon behind it. */
function decoded(path: string | undefined): string | undefined {
  if (path === undefined || !path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
