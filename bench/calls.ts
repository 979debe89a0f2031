/** The calls that all variants make: the same client, the same two questions. */
import { GoogleGenAI, type GenerateContentResponse } from "@google/genai";

import { geminiDouble } from "./gemini-double.ts";

const MODEL = "gemini-2.5-flash";
const CONTENTS = "What does each call cost, and who pays for it?";

/** `mock` answers in this process; a URL is where a simulator listens. */
export type Transport = "mock" | { readonly url: string };

export interface Calls {
  unary(): Promise<GenerateContentResponse>;
  stream(): Promise<AsyncGenerator<GenerateContentResponse>>;
}

/** Puts the double in the place of the global `fetch` when that is the transport. */
export function callsOver(transport: Transport): Calls {
  if (transport === "mock") globalThis.fetch = geminiDouble;
  const { models } = new GoogleGenAI({
    apiKey: "bench",
    ...(transport === "mock" ? {} : { httpOptions: { baseUrl: transport.url } }),
  });
  return {
    unary: () => models.generateContent({ model: MODEL, contents: CONTENTS }),
    stream: () => models.generateContentStream({ model: MODEL, contents: CONTENTS }),
  };
}

/** Reads a stream to its end, as an app does. */
export async function readToEnd(stream: AsyncIterable<GenerateContentResponse>): Promise<number> {
  let characters = 0;
  for await (const chunk of stream) characters += chunk.text?.length ?? 0;
  return characters;
}
