/** All cases of alerts, by the group of rules that they are about. */
import type { AlertCase } from "./alert-case.ts";
import { BUDGET_CASES } from "./cases/budgets.ts";
import { CALL_CASES } from "./cases/calls.ts";
import { PIPELINE_CASES } from "./cases/pipeline.ts";

export const ALERT_CASES: Readonly<Record<string, readonly AlertCase[]>> = {
  budgets: BUDGET_CASES,
  calls: CALL_CASES,
  "the pipeline": PIPELINE_CASES,
};
