/** The Lua commands with one of them broken on purpose, so that a run can show that it would notice. */
import { assembleScript, loadScripts, readLua, type ScriptName } from "@entrain/redis/testing";
import type { Mutation } from "./worker-settings.ts";

/** All commands; `broken` is replaced. @throws Error where its text is not there any more */
export function scriptsWith(broken: Mutation | undefined) {
  if (broken === undefined) return loadScripts();
  const name = broken.script as ScriptName;
  const text = readLua(name).replace(broken.text, broken.instead);
  if (text === readLua(name)) throw new Error(`lua/${name}.lua holds no "${broken.text}"`);
  return { ...loadScripts(), [name]: assembleScript(name, text) };
}
