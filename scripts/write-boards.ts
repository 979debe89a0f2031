import { writeFileSync } from "node:fs";

import { DASHBOARDS_FOLDER, dashboardFiles } from "../grafana/boards.ts";

for (const [name, text] of dashboardFiles()) writeFileSync(new URL(name, DASHBOARDS_FOLDER), text);
