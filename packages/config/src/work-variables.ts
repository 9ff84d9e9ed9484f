/** The part of the table of variables that says what an agent service does for others, and whom it asks for that. */
import * as types from "./variable-types.ts";
import { optionalVariable, variable } from "./variable.ts";

/** Variables of an agent service's work by the names of their values in the config. */
export const workVariables = {
  commands: variable("ENTRAIN_COMMANDS", types.names, {
    default: "none",
    services: ["agent"],
    doc: "Programs that the capability command.run may run, by their bare names. Whoever may make sessions may run them.",
  }),
  fetchHosts: variable("ENTRAIN_FETCH_HOSTS", types.names, {
    default: "none",
    services: ["agent"],
    doc: "Hosts (host or host:port) that the capability http.fetch may ask.",
  }),
  chatUrl: optionalVariable("ENTRAIN_CHAT_URL", types.httpUrl, {
    services: ["agent"],
    doc: "Chat endpoint up to and including the version, e.g. `http://127.0.0.1:11434/v1`, that the capability chat.complete asks. Goes with `ENTRAIN_CHAT_MODEL`.",
  }),
  chatModel: optionalVariable("ENTRAIN_CHAT_MODEL", types.modelName, {
    services: ["agent"],
    doc: "Model that the chat endpoint is asked for.",
  }),
  chatApiKey: optionalVariable("ENTRAIN_CHAT_API_KEY", types.secretText, {
    secret: true,
    services: ["agent"],
    doc: "Bearer token for the chat endpoint; over https, or to this host.",
  }),
  actionUrl: optionalVariable("ENTRAIN_ACTION_URL", types.httpUrl, {
    secret: true,
    services: ["agent"],
    doc: "Endpoint that carries approved actions out: each is posted to it as JSON, and 2xx means done ([decisions](decisions.md)). Default: the agents refuse them.",
  }),
} as const;
