/** Metered Live sessions for one test, and apps that talk in them. */
import { onTestFinished } from "vitest";

import type { MeterOptions } from "../../src/capture/meter.ts";
import { observeUpgrades } from "../../src/capture/live/upgrade.ts";
import { installMeteredWebSocket } from "../../src/capture/live/web-socket.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { metering, type Metering } from "./metering.ts";

export const LIVE_MODEL = "gemini-3.1-flash-live-preview";

export function liveMetering(simulator: Simulator, options?: Partial<MeterOptions>): Metering {
  const parts = metering(simulator.url, options);
  const current = () => parts.meter.live;
  onTestFinished(observeUpgrades(current));
  onTestFinished(installMeteredWebSocket(current));
  return parts;
}

/** What any version of `@google/genai` has of Live sessions. */
export interface LiveClient {
  readonly live: {
    connect(params: {
      readonly model: string;
      readonly callbacks: {
        onmessage(message: LiveMessage): void;
        onclose?(event: unknown): void;
      };
      readonly config?: object;
    }): Promise<LiveConnection>;
  };
}

export interface LiveMessage {
  readonly serverContent?: { readonly turnComplete?: boolean };
}

interface LiveConnection {
  sendClientContent(params: { readonly turns: string }): void;
  close(): void;
}

/**
 * Takes a turn after each prompt, and closes. Gives all that the app was told. We read the frames beside the app, so
 * the record of a turn may come a little later.
 */
export async function talk(
  client: LiveClient,
  prompts: readonly string[],
  { model = LIVE_MODEL, config = {} }: { readonly model?: string; readonly config?: object } = {},
): Promise<readonly LiveMessage[]> {
  const heard: LiveMessage[] = [];
  const closed = Promise.withResolvers<void>();
  let turn = Promise.withResolvers<void>();
  const session = await client.live.connect({
    model,
    config,
    callbacks: {
      onmessage: (message) => {
        heard.push(message);
        if (message.serverContent?.turnComplete === true) turn.resolve();
      },
      onclose: () => {
        turn.resolve();
        closed.resolve();
      },
    },
  });
  for (const prompt of prompts) {
    turn = Promise.withResolvers();
    session.sendClientContent({ turns: prompt });
    await turn.promise;
  }
  session.close();
  await closed.promise;
  return heard;
}
