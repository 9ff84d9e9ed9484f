/**
 * Carries approved actions out by an endpoint of the user's: the decision is posted to it, once for each agent of the process, and
 * 2xx says that it is done. Whatever else comes, or nothing by the deadline, is a failed attempt, and another follows with the
 * same key until the deadline: the endpoint does nothing where it has seen the key.
 */
import { endpointOf, postForText, type Endpoint } from "@entrain/reasoners";
import { EntrainError, type ActionHandler } from "entrain";

/** The field of an answer that says what was done. */
interface Answer {
  readonly report?: unknown;
}

/**
 * A handler that posts { key, agentId, attempt, decision } to `url`, with the key as `Idempotency-Key` as well.
 * @throws EntrainError `invalid-config` that names the variable.
 */
export function createActionWebhook(url: string): ActionHandler {
  const endpoint = endpointOf("ENTRAIN_ACTION_URL", url);
  return async (decision, { key, agentId, attempt, signal }) => {
    const keyed: Endpoint = { ...endpoint, headers: { "idempotency-key": key } };
    try {
      return reportOf(await postForText(keyed, { key, agentId, attempt, decision }, signal));
    } catch (thrown) {
      throw signal.aborted ? thrown : unreachable(endpoint.url.host, thrown);
    }
  };
}

/** What the answer says was done: `report` of a JSON object, else nothing. */
function reportOf(text: string): string {
  try {
    const answer = JSON.parse(text) as Answer | null;
    return typeof answer?.report === "string" ? answer.report : "";
  } catch {
    return "";
  }
}

/** `fetch` says no more than that it failed; why is in its cause. */
function unreachable(host: string, thrown: unknown): EntrainError {
  const error = EntrainError.from(thrown);
  if (error.code === "unavailable") return error;
  const { cause } = thrown as { readonly cause?: unknown };
  const why = cause instanceof Error ? cause.message : error.message;
  return new EntrainError("unavailable", `${host} cannot be asked: ${why}`);
}
