/**
 * A supervisor for tests to kill (main): keeps a server in the folder of its first argument, prints one line of JSON with
 * the process ids, and lives until it is killed.
 */
import { startKeeper } from "./start-keeper.ts";

const keeper = await startKeeper({ dir: process.argv[2] ?? "", find: { sources: ["path", "package"] } });
const { url, port, serverPid, keeperPid } = keeper;
process.stdout.write(`${JSON.stringify({ url, port, serverPid, keeperPid })}\n`);
