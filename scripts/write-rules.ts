import { writeFileSync } from "node:fs";

import { RULES_FILE, rulesYaml } from "../prometheus/source/rules.ts";

writeFileSync(RULES_FILE, rulesYaml());
