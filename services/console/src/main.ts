/** The console's process. */
import { runService } from "@entrain/service";
import { startConsole } from "./wiring.ts";

await runService("console", startConsole);
