/** The coordinator's process. */
import { runService } from "@entrain/service";
import { startCoordinator } from "./wiring.ts";

await runService("coordinator", startCoordinator);
