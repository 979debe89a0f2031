/** A simulator for one test, and requests as raw HTTP clients make them. */
import { onTestFinished } from "vitest";

import { startSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";

export type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- an answer of any shape, read in a test

/** A simulator that closes with the test. */
export async function simulated(options?: SimulatorOptions): Promise<Simulator> {
  const simulator = await startSimulator(options);
  onTestFinished(() => simulator.close());
  return simulator;
}

/** POSTs `body` to a path below the simulator. */
export function post(
  simulator: Simulator,
  path: string,
  body: object | string,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(simulator.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": "test-key" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
  });
}

/** `generateContent` of one prompt. */
export function generate(
  simulator: Simulator,
  model: string,
  prompt = "How much is it?",
  init: RequestInit = {},
): Promise<Response> {
  return post(simulator, `/v1beta/models/${model}:generateContent`, contents(prompt), init);
}

/** `streamGenerateContent` of one prompt, as server-sent events. */
export function stream(
  simulator: Simulator,
  model: string,
  prompt = "How much is it?",
  init: RequestInit = {},
): Promise<Response> {
  const path = `/v1beta/models/${model}:streamGenerateContent?alt=sse`;
  return post(simulator, path, contents(prompt), init);
}

export function contents(prompt: string): object {
  return { contents: [{ role: "user", parts: [{ text: prompt }] }] };
}

export async function jsonOf(response: Response | Promise<Response>): Promise<Json> {
  return (await (await response).json()) as Json;
}

/** The data of each server-sent event. */
export async function eventsOf(response: Response | Promise<Response>): Promise<readonly Json[]> {
  const text = await (await response).text();
  return text
    .split(/\r?\n\r?\n/)
    .filter((event) => event !== "")
    .map((event) => JSON.parse(event.replace(/^data: /, "")) as Json);
}
