/** A complete answer of which these are the JSON of its body, or of its events, and these its headers. */
import type { Answer } from "../../src/providers/operation.ts";

export function anAnswer(
  payloads: readonly unknown[],
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const given = new Headers(headers);
  return { payloads, header: (name) => given.get(name) ?? undefined, complete: true };
}
