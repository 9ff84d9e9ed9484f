/** A reasoner behind gRPC as a user writes one: the .proto file, a server, and a function that answers. */
import { loadPackageDefinition, Server, ServerCredentials } from "@grpc/grpc-js";
import type { GrpcObject, sendUnaryData, ServerUnaryCall, ServiceClientConstructor } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import path from "node:path";

/** What is answered; `cost` is optional on the wire. */
export interface ServedVerdict {
  readonly type: string;
  readonly action: string;
  readonly confidence: number;
  readonly reasoning: string;
  readonly cost?: number;
}

/** Answers a question by the callback, or never. */
export type ServedReasoner = (
  question: { readonly reading: { readonly numbers: Readonly<Record<string, number>> } },
  answer: sendUnaryData<ServedVerdict>,
) => void;

/** A running server. */
export interface ReasonerServer extends Disposable {
  readonly address: string;
  calls(): number;
  become(reasoner: ServedReasoner): void;
}

/** Serves on loopback. */
export async function serveReasoner(first: ServedReasoner): Promise<ReasonerServer> {
  const includeDirs = [path.join(import.meta.dirname, "..", "..", "proto")];
  const loaded = loadPackageDefinition(loadSync("entrain/v1/reasoner.proto", { includeDirs }));
  const { ReasonerService } = (loaded["entrain"] as GrpcObject)["v1"] as Record<string, ServiceClientConstructor>;
  let [reasoner, calls] = [first, 0];
  const server = new Server();
  server.addService(ReasonerService!.service, {
    Reason(call: ServerUnaryCall<Parameters<ServedReasoner>[0], ServedVerdict>, answer: sendUnaryData<ServedVerdict>) {
      calls += 1;
      reasoner(call.request, answer);
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    calls: () => calls,
    become: (next) => void (reasoner = next),
    [Symbol.dispose]: () => server.forceShutdown(),
  };
}
