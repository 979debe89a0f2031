import { afterEach, expect, test, vi } from "vitest";

import { App } from "../../../examples/demo/app.ts";
import { realBackend } from "../../../examples/demo/backend.ts";
import { LIVE } from "../../../examples/demo/scenario.ts";

afterEach(() => vi.unstubAllGlobals());

test("with --live every feature that is used calls the real API, and nothing else", async () => {
  const asked: URL[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(new URL(url));
    return Response.json(
      { error: { code: 400, message: "refused", status: "INVALID_ARGUMENT" } },
      { status: 400 },
    );
  });
  const app = new App(realBackend("key"));
  for (const { feature } of LIVE.cases) {
    await expect(app.use(feature, "gemini-3.5-flash-lite", "Hello")).rejects.toThrow("refused");
  }
  expect(asked.length).toBeGreaterThanOrEqual(LIVE.cases.length);
  expect(new Set(asked.map(({ origin }) => origin))).toEqual(
    new Set(["https://generativelanguage.googleapis.com"]),
  );
});

test("nothing of the live scenario is long, or meant to fail", () => {
  expect(LIVE.maxPromptLength).toBeLessThanOrEqual(200);
  expect(LIVE.cases.filter(({ behaviour, fails }) => behaviour ?? fails)).toEqual([]);
});
