/** What an agent's host tells, as the agent's events. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContextNews } from "@entrain/core/context";
import { AgentEmitter } from "./agent-emitter.ts";
import { createAgentListeners } from "./agent-listeners.ts";

test("a version is viewed only where somebody listens, and once for all of them", () => {
  const emitter = new AgentEmitter(() => undefined);
  const { listeners } = createAgentListeners(emitter, "a");
  const news: ContextNews = { kind: "resync", fromVersion: 0, document: { version: 1, document: {} } };
  let views = 0;
  const tell = (): void => {
    listeners.onContext(() => {
      views += 1;
      return news;
    });
  };
  tell();
  assert.equal(views, 0);
  const heard: ContextNews[] = [];
  const offs = [1, 2].map(() => emitter.on("context", (one) => heard.push(one)));
  tell();
  assert.deepEqual([views, heard], [1, [news, news]]);
  for (const off of offs) off();
  tell();
  assert.equal(views, 1);
});
