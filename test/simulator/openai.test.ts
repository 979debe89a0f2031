import { expect, test } from "vitest";

import { jsonOf, post, simulated } from "./client.ts";

const PATH = "/v1beta/openai/chat/completions";
const ASKED = {
  model: "gemini-2.5-flash-sim-thinking",
  messages: [{ role: "user", content: "12345678" }],
};

test("a completion tells of its thoughts by the total alone, and is charged for them", async () => {
  const simulator = await simulated();
  const { usage, model, choices } = await jsonOf(post(simulator, PATH, ASKED));
  expect(model).toBe("gemini-2.5-flash");
  expect(choices[0]).toMatchObject({ finish_reason: "stop", message: { role: "assistant" } });
  expect(usage).toEqual({
    prompt_tokens: 2,
    completion_tokens: expect.any(Number),
    total_tokens: 2 + usage.completion_tokens + 128,
  });
  expect(simulator.calls[0]).toMatchObject({
    operation: "chat.completions",
    billed: true,
    tokens: { prompt: 2, thoughts: 128, total: usage.total_tokens },
  });
});

test.each([
  [{}, 0],
  [{ stream_options: { include_usage: true } }, 4],
])("a stream with %j tells usage in %i chunks, and ends with a mark", async (options, count) => {
  const simulator = await simulated();
  const body = { ...ASKED, ...options, stream: true };
  const text = await (await post(simulator, PATH, body)).text();
  expect(text.match(/"usage":/g) ?? []).toHaveLength(count);
  expect(text).toMatch(/"finish_reason":"stop".*\n\ndata: \[DONE\]\n\n$/);
});

test("embeddings are as many as the inputs", async () => {
  const simulator = await simulated();
  const body = { model: "gemini-embedding-001", input: ["1234", "5678"] };
  const { data, usage } = await jsonOf(post(simulator, "/v1beta/openai/embeddings", body));
  expect(data).toHaveLength(2);
  expect(usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
});
