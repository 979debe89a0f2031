/**
 * An app as it might be yours: features that call Gemini through both of Google's SDKs, and a
 * weather service over plain HTTP.
 *
 * Of metering it knows one thing: `withUsage` names the feature. Whom a call is for is said around
 * it, where the app learns it; see traffic.ts.
 */
import { GoogleGenAI, type CallableTool, type FunctionCall } from "@google/genai";
import { GoogleGenerativeAI, type GenerativeModel } from "@google/generative-ai";
import { withUsage } from "spendspan";

export interface AppOptions {
  readonly apiKey: string;
  /** Where the Gemini API answers, without a version. */
  readonly baseUrl: string;
  /** Where the weather service answers; without it the features that need it are not to be used. */
  readonly weatherUrl: string | undefined;
}

export type Feature =
  | "write"
  | "summarise"
  | "skim"
  | "suggest"
  | "chat"
  | "plan"
  | "search"
  | "extract"
  | "translate"
  | "support"
  | "index"
  | "estimate"
  | "weather";

const EMBEDDING_MODEL = "gemini-embedding-2";
/** A suggestion that comes later than this is of no use to somebody who types. */
const SUGGESTION_TIMEOUT_MS = 500;
const MAX_OUTPUT_TOKENS = 256;

export class App {
  readonly #genAI: GoogleGenAI;
  readonly #legacy: GoogleGenerativeAI;
  readonly #options: AppOptions;

  constructor(options: AppOptions) {
    const { apiKey, baseUrl } = options;
    const retryOptions = { attempts: 2, initialDelay: 0.1 };
    this.#genAI = new GoogleGenAI({
      apiKey,
      vertexai: false,
      httpOptions: { baseUrl, retryOptions },
    });
    this.#legacy = new GoogleGenerativeAI(apiKey);
    this.#options = options;
  }

  /** Runs one feature; what it answers is for the user alone. */
  use(feature: Feature, model: string, text: string): Promise<unknown> {
    return withUsage({ endpoint: feature }, () => this.#features[feature](model, text));
  }

  readonly #features: Readonly<Record<Feature, (model: string, text: string) => Promise<unknown>>> =
    {
      write: (model, contents) =>
        this.#genAI.models.generateContent({
          model,
          contents,
          config: { maxOutputTokens: MAX_OUTPUT_TOKENS },
        }),
      summarise: async (model, contents) => {
        for await (const chunk of await this.#stream(model, contents)) void chunk.text;
      },
      // The reader has seen enough after the first words; Google bills the rest all the same.
      skim: async (model, contents) => {
        for await (const chunk of await this.#stream(model, contents)) return chunk.text;
        return undefined;
      },
      suggest: (model, contents) =>
        this.#genAI.models.generateContent({
          model,
          contents,
          config: { httpOptions: { timeout: SUGGESTION_TIMEOUT_MS } },
        }),
      chat: async (model, message) => {
        const chat = this.#genAI.chats.create({
          model,
          config: { maxOutputTokens: MAX_OUTPUT_TOKENS },
        });
        await chat.sendMessage({ message });
        for await (const chunk of await chat.sendMessageStream({ message: "And in short?" })) {
          void chunk.text;
        }
      },
      // Gemini asks for the weather, and the SDK fetches it: one call of ours is several of Google's.
      plan: (model, contents) =>
        this.#genAI.models.generateContent({
          model,
          contents,
          config: { tools: [this.#weatherTool()] },
        }),
      search: (_, contents) =>
        this.#genAI.models.embedContent({ model: EMBEDDING_MODEL, contents: [contents] }),
      extract: async (model, text) =>
        (await this.#model(model).generateContent(text)).response.text(),
      translate: async (model, text) => {
        const { stream, response } = await this.#model(model).generateContentStream(text);
        for await (const chunk of stream) void chunk.text();
        return (await response).text();
      },
      support: async (model, text) => {
        const chat = this.#model(model).startChat();
        await chat.sendMessage(text);
        return (await chat.sendMessage("Could you say that again?")).response.text();
      },
      index: (_, text) => this.#model(EMBEDDING_MODEL).embedContent(text),
      // Free, so it is no row in the ledger.
      estimate: (model, text) => this.#model(model).countTokens(text),
      weather: (_, city) => this.#weatherIn(city),
    };

  #stream(model: string, contents: string) {
    const config = { maxOutputTokens: MAX_OUTPUT_TOKENS };
    return this.#genAI.models.generateContentStream({ model, contents, config });
  }

  #model(model: string): GenerativeModel {
    const generationConfig = { maxOutputTokens: MAX_OUTPUT_TOKENS };
    return this.#legacy.getGenerativeModel(
      { model, generationConfig },
      { baseUrl: this.#options.baseUrl },
    );
  }

  async #weatherIn(city: string): Promise<unknown> {
    const { weatherUrl = "" } = this.#options;
    const query = new URLSearchParams({ q: city, appid: "demo" });
    return (await fetch(`${weatherUrl}/data/2.5/weather?${query.toString()}`)).json();
  }

  #weatherTool(): CallableTool {
    const name = "weather";
    return {
      tool: async () => ({
        functionDeclarations: [{ name, description: "The weather in Lisbon" }],
      }),
      callTool: async (calls: FunctionCall[]) => {
        const response = { weather: await this.#weatherIn("Lisbon") };
        return calls.map((call) => ({ functionResponse: { name: call.name ?? name, response } }));
      },
    };
  }
}
