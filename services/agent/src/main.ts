/** The agent service. */
import { runService } from "@entrain/service";
import { startAgentService } from "./wiring.ts";

await runService("agent", startAgentService);
