import { expect, test } from "vitest";

import { jsonOf, post, simulated, type Json } from "./client.ts";
import type { Simulator } from "./simulator.ts";

const MODEL = "gemini-2.5-flash";

async function made(simulator: Simulator, body: object): Promise<Json> {
  return jsonOf(post(simulator, "/v1/interactions", { model: MODEL, input: "12345678", ...body }));
}

/** The names and data of the events of a stream. */
async function eventsOf(response: Promise<Response>): Promise<readonly [string, string][]> {
  const blocks = (await (await response).text()).split("\n\n").filter((block) => block !== "");
  return blocks.map((block) => {
    const [, name = "", data = ""] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
    return [name, data];
  });
}

test("an interaction tells its usage by the names of its API, and is charged by it", async () => {
  const simulator = await simulated();
  const interaction = await made(simulator, { model: `${MODEL}-sim-full` });
  expect(interaction).toMatchObject({
    status: "completed",
    model: MODEL,
    usage: {
      total_cached_tokens: 2_080,
      cached_tokens_by_modality: [
        { modality: "text", tokens: 2_048 },
        { modality: "audio", tokens: 32 },
      ],
      total_tool_use_tokens: 512,
      total_thought_tokens: 128,
    },
  });
  expect(simulator.calls[0]).toMatchObject({
    operation: "interactions.create",
    billed: true,
    tokens: {
      total: interaction["usage"].total_tokens,
      cached: 2_080,
      toolUse: 512,
      thoughts: 128,
    },
  });
});

test("a stream ends with the usage of the whole", async () => {
  const simulator = await simulated();
  const whole = await made(simulator, {});
  const body = { model: MODEL, input: "12345678", stream: true };
  const events = await eventsOf(post(simulator, "/v1/interactions", body));
  expect(events.map(([name]) => name)).toEqual([
    "interaction.created",
    "interaction.status_update",
    "step.start",
    ...Array.from({ length: 4 }, () => "step.delta"),
    "step.stop",
    "interaction.completed",
    "done",
  ]);
  const { interaction } = JSON.parse(events.at(-2)?.[1] ?? "") as Json;
  expect(interaction.usage).toEqual(whole["usage"]);
  expect(simulator.calls[1]?.costUsd).toBe(simulator.calls[0]?.costUsd);
});

test("one in the background is charged when it is made, and done at the second look", async () => {
  const simulator = await simulated();
  const { id, status, usage } = await made(simulator, { background: true });
  expect([status, usage]).toEqual(["in_progress", undefined]);
  const look = () => jsonOf(fetch(`${simulator.url}/v1/interactions/${id}`));
  expect(await look()).toMatchObject({ status: "in_progress" });
  expect(await look()).toMatchObject({ status: "completed", usage: { total_input_tokens: 2 } });
  expect(simulator.calls.map(({ billed }) => billed)).toEqual([true, false, false]);
});

test("searches are told, and charged beside the tokens", async () => {
  const simulator = await simulated();
  const { usage } = await made(simulator, { model: "gemini-2.5-flash-sim-grounded3" });
  expect(usage.grounding_tool_count).toEqual([{ type: "google_search", count: 3 }]);
  expect(Number(simulator.totalCostUsd())).toBeGreaterThan(0.035);
});

test("what was deleted, or never made, is not found", async () => {
  const simulator = await simulated();
  const { id } = await made(simulator, {});
  const url = `${simulator.url}/v1/interactions/${id}`;
  expect((await fetch(url, { method: "DELETE" })).status).toBe(200);
  expect((await fetch(url)).status).toBe(404);
});

test.each([{}, { model: 7 }, { model: "gemini-2.5-flash-sim-slip" }])(
  "%j is refused",
  async (body) => {
    const simulator = await simulated();
    const response = await post(simulator, "/v1/interactions", { input: "x", ...body });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(simulator.billedCalls()).toEqual([]);
  },
);
