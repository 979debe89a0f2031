/** Each case is a process that ends; what happens to an app with all of spendspan is in e2e/. */
import { join } from "node:path";
import { expect, test } from "vitest";

import { runScript } from "../support/script.ts";

const PRELUDE = `
  import { onProcessEnd } from ${JSON.stringify(join(import.meta.dirname, "../../src/base/process-end.ts"))};
  const say = (text) => () => console.log(text);
  const end = (signal) => process.kill(process.pid, signal);
  const stay = setInterval(() => undefined, 60_000);
  const ending = async () => console.log("ending");
  const listen = (actions) =>
    onProcessEnd({ loopEmpty: say("loop empty"), warned: say("warned"), ending, ...actions });
`;

async function outcome(source: string) {
  const { code, signal, stdout, stderr } = await runScript(PRELUDE + source);
  return { code, signal, said: stdout.split("\n").filter((line) => line !== ""), stderr };
}

test("an event loop that runs empty is told, and waits for what is begun then", async () => {
  expect(
    await outcome(`
      let rounds = 0;
      listen({ loopEmpty: () => rounds++ === 0 ? setTimeout(say("written"), 1) : say("empty again")() });
      clearInterval(stay);`),
  ).toEqual({ code: 0, signal: null, said: ["written", "empty again"], stderr: "" });
});

test("a signal that nobody else listens to is died of, when the work is done", async () => {
  expect(
    await outcome(`
      listen({ ending: async () => { await new Promise(setImmediate); console.log("written"); } });
      end("SIGTERM");`),
  ).toEqual({ code: null, signal: "SIGTERM", said: ["written"], stderr: "" });
});

test("so it is when the work fails", async () => {
  const { signal } = await outcome(`
    listen({ ending: async () => { throw new Error("no"); } });
    end("SIGINT");`);
  expect(signal).toBe("SIGINT");
});

test("a second signal, of either kind, ends work that takes its time", async () => {
  const { signal } = await outcome(`
    listen({ ending: () => { setImmediate(end, "SIGINT"); return new Promise(() => undefined); } });
    end("SIGTERM");`);
  expect(signal).toBe("SIGINT");
});

test("where the app listens too, it is warned each time, and nothing but the app ends it", async () => {
  expect(
    await outcome(`
      listen();
      let times = 0;
      process.on("SIGTERM", () => {
        if (++times === 2) process.exit(3);
        setImmediate(end, "SIGTERM");
      });
      end("SIGTERM");`),
  ).toEqual({ code: 3, signal: null, said: ["warned", "warned"], stderr: "" });
});

test("a listener of the app's to one signal is none to the other", async () => {
  expect(await outcome(`listen(); process.on("SIGINT", say("app")); end("SIGTERM");`)).toEqual({
    code: null,
    signal: "SIGTERM",
    said: ["ending"],
    stderr: "",
  });
});

test.each([
  ["3", "process.__signal_exit_emitter__"],
  ["4", 'globalThis[Symbol.for("signal-exit emitter")]'],
])(
  "signal-exit %s, which ends the process only where it listens alone, is not waited for",
  async (_version, place) => {
    expect(
      await outcome(`
        ${place} = { count: 1 };
        const yielding = () => {
          if (process.listenerCount("SIGTERM") !== ${place}.count) return;
          console.log("signal-exit");
          process.off("SIGTERM", yielding);
          end("SIGTERM");
        };
        process.on("SIGTERM", yielding);
        listen();
        end("SIGTERM");`),
    ).toEqual({ code: null, signal: "SIGTERM", said: ["ending", "signal-exit"], stderr: "" });
  },
);

test("what is taken back is never told again", async () => {
  expect(await outcome(`listen()(); clearInterval(stay);`)).toMatchObject({ code: 0, said: [] });
  expect(await outcome(`listen()(); end("SIGTERM");`)).toMatchObject({
    signal: "SIGTERM",
    said: [],
  });
});
