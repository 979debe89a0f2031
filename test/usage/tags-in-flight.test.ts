/** Whether tags stay with the work that they were set for, through every kind of asynchronous hop. */
import { AsyncResource } from "node:async_hooks";
import { EventEmitter, once } from "node:events";
import { setImmediate as immediate } from "node:timers/promises";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { currentTags, type Tags, withUsage } from "../../src/usage/tags.ts";

/** Runs one part when it is first read, another after an await of its own. */
async function* answers(): AsyncGenerator<string> {
  yield brandHere();
  await immediate();
  yield brandHere();
}

const brandHere = (): string => currentTags().brand ?? "unattributed";

describe("tags follow the work through", () => {
  test("promises", async () => {
    const brands = await withUsage({ brand: "acme" }, async () => {
      const before = brandHere();
      await immediate();
      return [before, brandHere(), await Promise.resolve().then(brandHere)];
    });
    expect(brands).toEqual(["acme", "acme", "acme"]);
  });

  test("timers, immediates, ticks and microtasks", async () => {
    const later = (schedule: (callback: () => void) => unknown): Promise<string> =>
      new Promise((resolve) => void schedule(() => resolve(brandHere())));
    const brands = withUsage({ brand: "acme" }, () =>
      Promise.all([
        later((callback) => setTimeout(callback, 0)),
        later(setImmediate),
        later((callback) => process.nextTick(callback)),
        later(queueMicrotask),
      ]),
    );
    expect(await brands).toEqual(["acme", "acme", "acme", "acme"]);
  });

  test("a listener that was bound where it was added, whoever emits", () => {
    const emitter = new EventEmitter();
    const heard: string[] = [];
    withUsage({ brand: "acme" }, () => {
      emitter.on(
        "bound",
        AsyncResource.bind(() => void heard.push(brandHere())),
      );
      emitter.on("plain", () => void heard.push(brandHere()));
    });
    withUsage({ brand: "emitter" }, () => emitter.emit("bound") && emitter.emit("plain"));
    // A plain listener is a plain call: it runs for whoever emits.
    expect(heard).toEqual(["acme", "emitter"]);
  });

  test("an event that is awaited", async () => {
    const emitter = new EventEmitter();
    const brand = withUsage({ brand: "acme" }, async () => {
      await once(emitter, "done");
      return brandHere();
    });
    withUsage({ brand: "emitter" }, () => emitter.emit("done"));
    expect(await brand).toBe("acme");
  });

  test("a stream's source, which runs where the stream was made, wherever it is read", async () => {
    const stream = withUsage({ brand: "acme" }, () => {
      const source = AsyncResource.bind(brandHere);
      return new ReadableStream<string>({
        pull: (controller) => {
          controller.enqueue(source());
          controller.close();
        },
      });
    });
    const read = await withUsage({ brand: "reader" }, () => Array.fromAsync(stream));
    expect(read).toEqual(["acme"]);
  });

  test("an async generator, wherever it is read", async () => {
    const made = withUsage({ brand: "maker" }, answers);
    const read = withUsage({ brand: "reader" }, () => Array.fromAsync(made));
    expect(await read).toEqual(["maker", "maker"]);
  });

  test("an async generator that is promised, as the SDK's streams are", async () => {
    const made = await withUsage({ brand: "maker" }, async () => {
      await immediate();
      return answers();
    });
    expect(await Array.fromAsync(made)).toEqual(["maker", "maker"]);
  });

  test("an async generator that passes through two of them, with the innermost tags", async () => {
    const made = withUsage({ brand: "outer", campaign: "spring" }, () =>
      withUsage({ brand: "inner" }, answers),
    );
    expect(await Array.fromAsync(made)).toEqual(["inner", "inner"]);
  });

  test("what an async generator does when its reader leaves", async () => {
    const seen: string[] = [];
    const made = withUsage({ brand: "maker" }, async function* () {
      try {
        yield 1;
      } finally {
        seen.push(brandHere());
      }
    });
    for await (const _ of made) break;
    expect(seen).toEqual(["maker"]);
  });

  test("no further than the generator: its reader keeps its own", async () => {
    const made = withUsage({ brand: "maker" }, answers);
    const seen: string[] = [];
    await withUsage({ brand: "reader" }, async () => {
      for await (const _ of made) seen.push(brandHere());
    });
    expect(seen).toEqual(["reader", "reader"]);
  });
});

describe("a thousand calls for fifty brands at once", () => {
  /** One app request: hops of every kind, in an order of its own; gives the tags seen at each. */
  async function request(hops: readonly number[], seen: Tags[]): Promise<void> {
    for (const hop of hops) {
      // oxlint-disable-next-line no-await-in-loop -- one hop follows another
      await HOPS[hop]?.();
      seen.push(currentTags());
    }
  }
  const HOPS: readonly (() => Promise<unknown>)[] = [
    () => Promise.resolve(),
    () => immediate(),
    () => new Promise((resolve) => void setTimeout(resolve, 0)),
    () => new Promise<void>((resolve) => process.nextTick(resolve)),
    () => Array.fromAsync(new Blob(["x"]).stream()),
    () => withUsage({ campaign: "nested" }, () => immediate()),
  ];

  test("none is given to another brand, whatever the interleaving", async () => {
    const orders = fc.sample(fc.array(fc.nat(HOPS.length - 1), { minLength: 3, maxLength: 8 }), {
      numRuns: 1_000,
      seed: 50,
    });
    const calls = orders.map((hops, index) => {
      const tags = { brand: `brand-${index % 50}`, user: `${index}` };
      const seen: Tags[] = [];
      return { tags, seen, hops, done: withUsage(tags, () => request(hops, seen)) };
    });
    await Promise.all(calls.map(({ done }) => done));
    const wrong = calls.filter(
      ({ tags, seen }) =>
        !seen.every(({ brand, user }) => brand === tags.brand && user === tags.user),
    );
    expect(wrong).toEqual([]);
    expect(calls.every(({ seen, hops }) => seen.length === hops.length)).toBe(true);
    expect(currentTags()).toEqual({});
  });
});
