/**
 * Stops an app on a Node that is too old, before anything else of spendspan is evaluated.
 *
 * Beside `register` and the program of a thread the one module that acts when it is imported. An
 * entry imports it first, and so says this sentence where it would otherwise break somewhere inside a
 * dependency.
 */
import { SpendspanError } from "./base/errors.ts";
import { nodeVersionFault } from "./base/node-version.ts";

const fault = nodeVersionFault(process.versions.node);
if (fault !== undefined) throw new SpendspanError("ERR_NODE_VERSION", fault);
