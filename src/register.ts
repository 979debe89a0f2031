/** `node --import spendspan/register app.js`: metering without a line in the app. */
import "./supported-node.ts";

import { init } from "./init.ts";

init();
