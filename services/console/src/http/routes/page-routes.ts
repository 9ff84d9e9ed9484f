/**
 * `GET /`: the live page, as Vite built it (services/console/page). Its files are listed once at the start: whatever else
 * is asked for is not there. The page gets a content security policy of its own: its own scripts, styles and API.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import serveStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { EntrainError } from "@entrain/kernel";

/** Where the set-up leaves the built page. */
const builtPage = path.join(import.meta.dirname, "../../../page/dist");

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

/** Names that hold a hash of what is in them: they never change. */
const hashed = /\/assets\/[^/]+-[\w-]{8}\.\w+$/;

/** Adds the page's files; where it was not built, `/` says so. */
export async function addPageRoutes(app: FastifyInstance, root: string = builtPage): Promise<void> {
  if (!existsSync(path.join(root, "index.html"))) {
    app.get("/", { schema: { hide: true } }, () => {
      throw new EntrainError(
        "unavailable",
        "the page was not built: npm run setup builds it; the API is at /api/v1/swarm",
      );
    });
    return;
  }
  await app.register(serveStatic, {
    root,
    wildcard: false,
    // No file of the page changes while the console runs.
    cacheControl: false,
    setHeaders(reply, file) {
      reply.header("content-security-policy", policy);
      reply.header("cache-control", hashed.test(file) ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
