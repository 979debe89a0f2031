/** `npm run demo`: spendspan at work on embedded parts. `--help` says what else it can do. */
import { ArgumentError, HELP, parseArguments } from "./arguments.ts";

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const args = parseArguments(process.argv.slice(2), process.env);
    if (args.help) {
      console.log(HELP);
      return 0;
    }
    console.log("spendspan demo: starting up");
    // Google's SDKs and OpenTelemetry take a moment to load, in which something should be seen.
    const { runDemo } = await import("./demo.ts");
    return await runDemo(args, process.stdout);
  } catch (error) {
    if (error instanceof ArgumentError) {
      console.error(`${error.message}\nnpm run demo -- --help says what it takes`);
      return 2;
    }
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
