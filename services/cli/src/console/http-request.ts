/**
 * One HTTP request over node:http. fetch would refuse a list of ports that browsers avoid (6000, 6666 …), and a console
 * may listen on any.
 */
import { once } from "node:events";
import { request as overHttp, type IncomingMessage } from "node:http";
import { request as overHttps } from "node:https";

/** What to ask. */
export interface HttpQuestion {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request and the reading of its answer. */
  readonly signal: AbortSignal;
}

/** The answer's head; its body is there to be read as text. @throws what node:http says where nobody answers */
export async function httpRequest(url: URL, question: HttpQuestion): Promise<IncomingMessage> {
  const { method = "GET", headers = {}, body, signal } = question;
  const request = (url.protocol === "https:" ? overHttps : overHttp)(url, { method, headers, signal });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response.setEncoding("utf8");
}

/** The whole body of an answer. @throws where the connection breaks */
export async function readBody(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
}
