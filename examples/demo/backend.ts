/** What the app calls: the simulator, or the real Gemini API. */
import { startSimulator, type Simulator } from "../../test/simulator/simulator.ts";
import { seededRandom } from "./chance.ts";

export interface Backend {
  readonly apiKey: string;
  readonly baseUrl: string;
  /** The weather service; the real one is not called. */
  readonly weatherUrl: string | undefined;
  /** Knows what each call would have cost. */
  readonly simulator: Simulator | undefined;
  close(): Promise<void>;
}

const GEMINI_URL = "https://generativelanguage.googleapis.com";

/** @param haste Answers at once, where otherwise it takes about as long as Google. */
export async function simulatedBackend(haste: boolean): Promise<Backend> {
  const simulator = await startSimulator({
    latencyMs: haste ? 10 : 350,
    chunkIntervalMs: haste ? 2 : 60,
    random: seededRandom(2),
  });
  return {
    apiKey: "demo",
    baseUrl: simulator.url,
    weatherUrl: simulator.url,
    simulator,
    close: () => simulator.close(),
  };
}

export function realBackend(apiKey: string): Backend {
  return {
    apiKey,
    baseUrl: GEMINI_URL,
    weatherUrl: undefined,
    simulator: undefined,
    close: async () => {},
  };
}
