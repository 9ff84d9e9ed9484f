/** The Lua commands with one of them broken, for a worker of a run that must be found faulty. */
import { loadScripts, readLua, scriptsWith, type ScriptName } from "@entrain/redis/testing";
import type { Mutation } from "./worker-settings.ts";

/** All commands; one with a part of its text replaced where a mutation is given. @throws Error where the text is not there. */
export function brokenScripts(broken: Mutation | undefined) {
  if (broken === undefined) return loadScripts();
  const name = broken.script as ScriptName;
  const text = readLua(name).replace(broken.text, broken.instead);
  if (text === readLua(name)) throw new Error(`lua/${name}.lua holds no "${broken.text}"`);
  return scriptsWith(name, text);
}
