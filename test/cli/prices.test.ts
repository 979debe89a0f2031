import { describe, expect, test } from "vitest";

import { runCommand } from "../support/terminal.ts";

const NEW_YEAR = ["--at", "2027-01-01T00:00:00-08:00"];
const OWN_PRICES = { SPENDSPAN_PRICES_FILE: "test/fixtures/prices.json" };

/** The lines that `spendspan prices` prints. */
async function linesOf(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const { exitCode, printed, complaints } = await runCommand(["prices", ...args], environment);
  expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: "" });
  return printed.split("\n");
}

/** Cells of the line that begins with `title`. */
function cellsOf(lines: readonly string[], title: string): readonly string[] {
  return (lines.find((line) => line.startsWith(`${title} `)) ?? "").split(/ {2,}/);
}

describe("all models", () => {
  test("have a line each, with the rates in force and how far they can be trusted", async () => {
    const lines = await linesOf(["--at", "2026-12-31T23:59:59.999-08:00"]);
    expect(lines[0]).toBe(
      "US dollars per million tokens on gemini_api, standard tier, at 2027-01-01T07:59:59.999Z",
    );
    expect(cellsOf(lines, "Model")).toEqual([
      "Model",
      "Input",
      "Cached input",
      "Output",
      "Since",
      "Confidence",
      "Estimated",
    ]);
    expect(cellsOf(lines, "gemini-3.8-flash")).toEqual([
      "gemini-3.8-flash",
      "0.750",
      "0.075",
      "3.75",
      "2026-09-02",
      "high",
    ]);
    expect(lines.at(-1)).toContain("2026-11-24");
  });

  test("change with the day", async () => {
    const lines = await linesOf(NEW_YEAR);
    expect(cellsOf(lines, "gemini-3.8-flash")).toEqual([
      "gemini-3.8-flash",
      "1.500",
      "0.150",
      "7.50",
      "2027-01-01",
      "high",
    ]);
  });

  test("are shown by what they are made for, and by what is estimated of them", async () => {
    // An image costs $60 a million tokens; what a cached token costs is printed nowhere.
    expect(cellsOf(await linesOf(NEW_YEAR), "gemini-3.1-flash-image")).toEqual([
      "gemini-3.1-flash-image",
      "0.500",
      "0.500",
      "60.00",
      "high",
      "cached input",
    ]);
  });

  test("leave out a model before its first day, and where it has no price", async () => {
    const [before, vertex] = await Promise.all([
      linesOf(["--at", "2026-10-12T12:00:00Z"]),
      linesOf([...NEW_YEAR, "--platform", "vertex_ai"]),
    ]);
    expect(cellsOf(before, "gemini-4-argon")).toEqual([""]);
    expect(cellsOf(vertex, "gemini-4-argon")[0]).toBe("gemini-4-argon");
    expect(cellsOf(vertex, "gemma-4")).toEqual([""]);
    expect(cellsOf(vertex, "gemini-2.0-flash")[1]).toBe("0.150"); // its own there, $0.10 elsewhere
  });

  test("billed by the piece stand by themselves, a line a price", async () => {
    const lines = await linesOf(NEW_YEAR);
    const from = lines.indexOf("US dollars a piece");
    expect(lines.slice(0, from).filter((line) => line.startsWith("imagen"))).toEqual([]);
    const found = cellsOf(lines.slice(from), "imagen-4.0-ultra-generate-001");
    expect(found).toEqual(["imagen-4.0-ultra-generate-001", "Image", "0.06", "high"]);
  });

  test("have the user's own prices among them", async () => {
    const lines = await linesOf(NEW_YEAR, OWN_PRICES);
    expect(cellsOf(lines, "gemini-2.5-flash")).toEqual([
      "gemini-2.5-flash",
      "0.250",
      "0.025",
      "2.00",
      "2026-12-01",
      "user",
    ]);
  });
});

describe("one model", () => {
  test("is shown with all that is known of its price", async () => {
    expect(await linesOf(["models/gemini-2.5-pro", ...NEW_YEAR])).toEqual([
      "gemini-2.5-pro: US dollars per million tokens on gemini_api, standard tier, at 2027-01-01T08:00:00.000Z",
      "",
      "Tokens                     USD  Above 200k",
      "──────────────────────────────────────────",
      "Input                    1.250        2.50",
      "Cached input             0.125        0.25",
      "Output                  10.000       15.00",
      "Cache storage, an hour   4.500",
      "",
      "Piece                      USD",
      "──────────────────────────────",
      "Google Search, a prompt  0.035",
      "Google Maps, a prompt    0.025",
      "",
      "Price         2026-11-24/gemini-2.5-pro@start/standard",
      "In force      since the model appeared until further notice, by midnights of America/Los_Angeles",
      "Confidence    high",
      'Sources       G1: ai.google.dev/gemini-api/docs/pricing, copy "Last updated 2026-06-02 UTC", read in full',
      'Item sources  G1: ai.google.dev/gemini-api/docs/pricing, copy "Last updated 2026-06-02 UTC", read in full',
      "Notes         Flex and priority since 2026-04-02 only. From 2026-12-01 the Gemini API answers this id with gemini-3.8-flash.",
      "",
      "List prices were checked on 2026-11-24. Rates that no source prints are estimated.",
    ]);
  });

  test("has a line for each modality that costs otherwise, in the tier asked for", async () => {
    const lines = await linesOf(["gemini-2.5-flash", ...NEW_YEAR, "--tier", "flex"]);
    expect(cellsOf(lines, "Input")).toEqual(["Input", "0.15"]);
    expect(cellsOf(lines, "Input, audio")).toEqual(["Input, audio", "0.50"]);
    expect(cellsOf(lines, "Cached input, audio")).toEqual(["Cached input, audio", "0.10"]);
    expect(lines.filter((line) => /image|video|document/.test(line))).toEqual([]);
  });

  test("says what is estimated, and what nobody knows", async () => {
    const live = await linesOf(["gemini-3.8-live", ...NEW_YEAR]);
    expect(cellsOf(live, "Cached input")).toEqual(["Cached input", "0.75", "estimated"]);
    expect(cellsOf(live, "Output, audio")).toEqual(["Output, audio", "unknown"]);
    const batch = await linesOf(["gemini-3.8-flash", ...NEW_YEAR, "--tier", "batch"]);
    const storage = "Cache storage, an hour";
    expect(cellsOf(batch, storage)).toEqual([storage, "1.00", "estimated"]); // as for standard
  });

  test("has no output where it is not billed for any", async () => {
    const lines = await linesOf(["gemini-embedding-001", ...NEW_YEAR]);
    expect(lines.filter((line) => line.startsWith("Output"))).toEqual([]);
  });

  test("has its searches, by the query or by the prompt", async () => {
    const lines = await linesOf(["gemini-3.8-flash", ...NEW_YEAR]);
    expect(cellsOf(lines, "Google Search, a query")).toEqual(["Google Search, a query", "0.014"]);
    expect(cellsOf(lines, "Google Maps, a query")).toEqual(["Google Maps, a query", "0.014"]);
  });

  test("billed by the piece has no rates of tokens", async () => {
    const lines = await linesOf([
      "publishers/google/models/veo-3.1-fast-generate-001",
      ...NEW_YEAR,
    ]);
    expect(lines.slice(0, 8)).toEqual([
      "veo-3.1-fast-generate-preview: US dollars on gemini_api, standard tier, at 2027-01-01T08:00:00.000Z",
      "",
      "Piece                    USD",
      "────────────────────────────",
      "Second of video, 720p   0.10",
      "Second of video, 1080p  0.12",
      "Second of video, 4k     0.30",
      "",
    ]);
  });

  test("of the user's own price shows its days, its note and the name that rows have", async () => {
    const lines = await linesOf(["gemini-2.5-flash", ...NEW_YEAR], {
      ...OWN_PRICES,
      SPENDSPAN_PRICE_TIME_ZONE: "Europe/Berlin",
    });
    expect(cellsOf(lines, "Price")[1]).toMatch(
      /^user:[0-9a-f]{8}\/gemini-2.5-flash@2026-12-01\/standard$/,
    );
    expect(cellsOf(lines, "In force")[1]).toBe(
      "from 2026-12-01 until 2027-12-01, by midnights of Europe/Berlin",
    );
    expect(cellsOf(lines, "Confidence")[1]).toBe("user");
    expect(cellsOf(lines, "Notes")[1]).toBe("Contract 4711");
    expect(cellsOf(lines, "Sources")).toEqual([""]);
  });
});

test("as JSON a price has everything, with null for what is not known", async () => {
  const lines = await linesOf(
    ["gemini-2.5-flash", "--json", ...NEW_YEAR, "--tier", "batch"],
    OWN_PRICES,
  );
  expect(JSON.parse(lines.join("\n"))).toEqual({
    at: "2027-01-01T08:00:00.000Z",
    platform: "gemini_api",
    tier: "batch",
    time_zone: "America/Los_Angeles",
    list_checked_on: "2026-11-24",
    price: {
      model: "gemini-2.5-flash",
      aliases: ["gemini-2.5-flash-preview-09-2025"],
      main_output: "text",
      rates: {
        input: { usd: "0.12", by_modality: {}, estimated: false },
        // As for standard: nothing says how a batch reads from a cache.
        cached_input: { usd: "0.025", by_modality: {}, estimated: true },
        output: { usd: "1", by_modality: {}, estimated: false },
      },
      rates_above_200k: null,
      cache_storage_usd: null,
      cache_storage_estimated: false,
      items: [],
      from: "2026-12-01",
      to: "2027-12-01",
      confidence: "user",
      sources: [],
      item_sources: [],
      notes: ["Contract 4711"],
      price_version: expect.stringMatching(/^user:.*batch$/),
    },
  });
});

test("as JSON the list has the same of every model", async () => {
  const [list, one] = await Promise.all([
    linesOf(["--json", ...NEW_YEAR]),
    linesOf(["gemini-2.5-pro", "--json", ...NEW_YEAR]),
  ]);
  const { prices, ...scope } = JSON.parse(list.join("\n"));
  const { price, ...sameScope } = JSON.parse(one.join("\n"));
  expect(scope).toEqual(sameScope);
  expect(prices).toContainEqual(price);
  expect(price.rates_above_200k.output.usd).toBe("15");
});

describe("a model without a price", () => {
  test.each([
    ["gemini-4-neon", "; there are gemini-4-argon, gemini-4-carbon, gemini-4-hydrogen"],
    [
      "models/gemini-3.8-flash-new",
      "; there are gemini-3.8-flash, gemini-3.8-flash-tts, gemini-3.8-flash-lite-tts",
    ],
    ["gemini-flash-latest", ""], // all that it has in common with others is `gemini`
    ["claude-opus", ""],
    ["gemma-4", ", only at other times or on another platform"],
  ])("(%s) is said to have none, with those spelt alike, and exits with 1", async (model, hint) => {
    const args = ["prices", model, ...NEW_YEAR, "--platform", "vertex_ai"];
    const { exitCode, printed, complaints } = await runCommand(args);
    expect({ exitCode, printed }).toEqual({ exitCode: 1, printed: "" });
    expect(complaints).toBe(
      `ERR_NO_PRICE: No price of '${model}' on vertex_ai at 2027-01-01T08:00:00.000Z${hint}`,
    );
  });
});

test.each([
  ...["tomorrow", "2026-02-30", "2026", "2026-11-24T12:00", "24 Nov 2026"].map(
    (at): [string[], string] => [
      ["--at", at],
      `Expected --at to be a day, 2026-12-01, or a time with its zone, 2026-12-01T00:00:00Z, got '${at}'`,
    ],
  ),
  [["--tier", "slow"], "Expected --tier to be one of standard, batch, flex, priority, got 'slow'"],
  [["--platform", "aws"], "Expected --platform to be one of gemini_api, vertex_ai, got 'aws'"],
  [["gemini-2.5-pro", "gemini-2.5-flash"], "Expected one model, got 'gemini-2.5-flash' as well"],
])("%j is refused, with the usage", async (args, message) => {
  const { exitCode, complaints } = await runCommand(["prices", ...args]);
  expect(exitCode).toBe(2);
  expect(complaints).toContain(`${message}\n\nUsage: spendspan prices [model] [flags]`);
});

test("a file of prices that is at fault is told, with the usage", async () => {
  const environment = { SPENDSPAN_PRICES_FILE: "package.json" };
  const { exitCode, complaints } = await runCommand(["prices"], environment);
  expect(exitCode).toBe(2);
  expect(complaints).toContain("Expected `SPENDSPAN_PRICES_FILE` to be a list of prices");
});
