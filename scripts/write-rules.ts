import { writeFileSync } from "node:fs";

import {
  PROMETHEUS_RULE_FILE,
  prometheusRuleYaml,
  RULES_FILE,
  rulesYaml,
} from "../prometheus/source/rules.ts";

writeFileSync(RULES_FILE, rulesYaml());
writeFileSync(PROMETHEUS_RULE_FILE, prometheusRuleYaml());
