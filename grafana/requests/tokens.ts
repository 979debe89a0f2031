/** What calls are made of. */
import { REQUESTS, TOKENS } from "../../src/metrics/catalogue.ts";
import type { Row } from "../board.ts";
import { UNITS } from "../look.ts";
import { seriesPanel } from "../panel.ts";
import { rate, ratio } from "../promql.ts";

const INPUT = 'kind=~"input|cached_input|tool_use"';
const OUTPUT = 'kind=~"output|thinking"';

export const TOKEN_KINDS: Row = {
  title: "What are they made of?",
  panels: [
    seriesPanel({
      title: "Tokens a second by kind",
      about:
        "Each token is in one kind: input without what was cached or came of tools, output without thinking.",
      of: [TOKENS],
      none: "No traffic",
      width: 12,
      unit: UNITS.large,
      stacked: true,
      colours: {
        input: "blue",
        cached_input: "light-blue",
        tool_use: "purple",
        output: "green",
        thinking: "orange",
      },
      queries: [{ expr: rate(TOKENS, "kind"), legend: "{{kind}}" }],
    }),
    seriesPanel({
      title: "Tokens of a call",
      about: "Mean. Input that grows by and by is often a history that nobody cuts.",
      of: [TOKENS, REQUESTS],
      none: "No traffic",
      width: 12,
      unit: UNITS.count,
      decimals: 0,
      colours: { Input: "blue", Output: "green" },
      queries: [
        { expr: ratio(rate(TOKENS, "", { where: INPUT }), rate(REQUESTS)), legend: "Input" },
        { expr: ratio(rate(TOKENS, "", { where: OUTPUT }), rate(REQUESTS)), legend: "Output" },
      ],
    }),
  ],
};
