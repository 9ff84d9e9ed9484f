/**
 * The images' health check: asks this container's own ops port, and exits with 0 where it answers 200. It takes the port
 * from ENTRAIN_OPS_PORT, and the path from its argument (default /healthz, which asks nobody else).
 */
import { get } from "node:http";

const withinMs = 2_000;
const port = Number(process.env["ENTRAIN_OPS_PORT"]);
const path = process.argv[2] ?? "/healthz";

const request = get({ host: "127.0.0.1", port, path, timeout: withinMs }, ({ statusCode }) => {
  if (statusCode !== 200) console.error(`${path} answered ${statusCode}`);
  process.exit(statusCode === 200 ? 0 : 1);
});
request.on("timeout", () => request.destroy(new Error(`${path} did not answer within ${withinMs} ms`)));
request.on("error", ({ message }) => {
  console.error(message);
  process.exit(1);
});
