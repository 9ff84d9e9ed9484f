/** The decision-loop service. */
import { runService } from "@entrain/service";
import { startDecisionLoop } from "./wiring.ts";

await runService("decision-loop", startDecisionLoop);
