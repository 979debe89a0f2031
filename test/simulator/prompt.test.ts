import { expect, test } from "vitest";

import { functionRounds, promptOf } from "./prompt.ts";

const user = (...parts: readonly object[]) => ({ role: "user", parts });

test("four characters are a token, and media count by their kind", () => {
  const body = {
    systemInstruction: { parts: [{ text: "12345678" }] },
    contents: [
      user({ text: "123" }, { inlineData: { mimeType: "image/png", data: "aaaa" } }),
      user({ fileData: { mimeType: "audio/mpeg", fileUri: "gs://a" } }),
      user({ fileData: { mimeType: "application/pdf", fileUri: "gs://b" } }),
    ],
  };
  // 8 + a line break + 3 = 12 characters
  expect(promptOf(body).counts).toEqual({
    TEXT: 3,
    IMAGE: 258,
    AUDIO: 320,
    VIDEO: 0,
    DOCUMENT: 258,
  });
});

test("the last directives of a prompt hold", () => {
  const usage = { promptTokenCount: 3, promptTokensDetails: [{ modality: "TEXT", tokenCount: 3 }] };
  const body = {
    contents: [
      user({ text: "[[call:first]] [[sim:hang]] [[usage:{}]]" }),
      user({ text: `[[call:second]] [[sim:cut]] and [[usage:${JSON.stringify(usage)}]]` }),
    ],
  };
  expect(promptOf(body)).toMatchObject({ marker: "second", behaviour: "cut", usage });
});

test("a usage directive that is no JSON is refused", () => {
  expect(() => promptOf({ contents: [user({ text: "[[usage:{prompt}]]" })] })).toThrow(SyntaxError);
});

test("rounds of function calling are counted from the user's last words", () => {
  const call = { role: "model", parts: [{ functionCall: { name: "f" } }] };
  const result = user({ functionResponse: { name: "f" } });
  const answer = { role: "model", parts: [{ text: "42" }] };
  const asked = user({ text: "How much?" });
  expect(functionRounds({ contents: [asked] })).toBe(0);
  expect(functionRounds({ contents: [asked, call, result, call, result] })).toBe(2);
  expect(functionRounds({ contents: [asked, call, result, answer, asked, call, result] })).toBe(1);
});
