/** The Gemini simulator in a process of its own, so that its work is not counted as the client's. */
import { startSimulator } from "../test/simulator/simulator.ts";
import { offer } from "./child.ts";

const simulator = await startSimulator({ chunks: 20 });
const functions = { url: async (): Promise<string> => simulator.url };
offer(functions);

export type SimulatorProcess = typeof functions;
