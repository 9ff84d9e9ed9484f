/** What happens to messages of the bus in one process. */

/** One event of the bus. */
export type BusEvent =
  /** `refused`: a group lagged too far until the publisher's time was over; `failed`: the store could not be asked. */
  | {
      readonly kind: "message.published";
      readonly agentId: string;
      readonly messageId: string;
      readonly topic: string;
      readonly qos: number;
      readonly outcome: "published" | "repeated" | "refused" | "failed";
      readonly attempts: number;
      readonly tookMs: number;
    }
  /** An attempt at a message ended here. `again`: it is handed out anew; `lost`: the outcome does not count, or `cause` says that nobody knows. */
  | {
      readonly kind: "message.ended";
      readonly agentId: string;
      readonly group: string;
      readonly messageId: string;
      readonly topic: string;
      readonly qos: number;
      readonly attempt: number;
      readonly outcome: "acknowledged" | "again" | "dead" | "lost";
      /** Empty for one that is acknowledged. */
      readonly cause: string;
      readonly tookMs: number;
    }
  /** Messages that are not kept were dropped here: by the publisher (`not-drained`) or by who listens. */
  | {
      readonly kind: "message.dropped";
      /** `refused`: what a peer sent is no message of its own agents; `queue-full`: the handler does not keep up. */
      readonly cause: "not-drained" | "queue-full" | "refused";
      readonly count: number;
      /** Empty where it cannot be read. */
      readonly topic: string;
      readonly message: string;
    }
  /** A handler of messages that are not kept has had one. */
  | {
      readonly kind: "message.heard";
      readonly agentId: string;
      readonly messageId: string;
      readonly topic: string;
      readonly outcome: "handled" | "failed";
      /** Empty for one that is handled. */
      readonly cause: string;
      readonly tookMs: number;
    }
  /** This process found a message whose last consumer had vanished, or that had expired: it is a dead letter. */
  | {
      readonly kind: "message.died";
      readonly agentId: string;
      readonly group: string;
      readonly messageId: string;
      readonly topic: string;
      readonly attempts: number;
      readonly cause: string;
    };
