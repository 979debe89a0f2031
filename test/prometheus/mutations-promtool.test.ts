/** Whether the cases would notice: each of these faults, planted in the rules, makes promtool fail. */
import { expect, test } from "vitest";

import { temporaryDirectory } from "../support/temporary-directory.ts";
import { faultsOf } from "./alert-case.ts";
import { ALERT_CASES } from "./cases.ts";
import { planted } from "./mutation.ts";
import { BUDGET_MUTATIONS } from "./mutations/budgets.ts";
import { CALL_AND_PIPELINE_MUTATIONS } from "./mutations/calls-and-pipeline.ts";

const CASES = Object.values(ALERT_CASES).flat();

test.each([...BUDGET_MUTATIONS, ...CALL_AND_PIPELINE_MUTATIONS])(
  "$rule: $fault is caught",
  (mutation) => {
    const own = CASES.filter(({ alert }) => alert === mutation.cases);
    expect(faultsOf(own, planted(mutation), temporaryDirectory())).toMatch(/exp:.*got:/s);
  },
);
