/** For tests that break a Lua command on purpose, to see that its absence is noticed. */
export { assembleRedisStore } from "./redis-store.ts";
export { loadScripts, readLua, scriptsWith, type ScriptName } from "./scripts.ts";
