/**
 * The tiers of tests, in the order in which they run: cheap and certain first, so that a failure shows early.
 * A tier's files run in processes of their own, `concurrency` at a time (two cores: two; unit tests wait half of their
 * time for start-ups and timers, so four; integration for pauses and outages to pass, so three). Chaos waits for leases to
 * end more than it computes. End-to-end tests look at whole swarms from outside, so they run alone.
 */
export interface Tier {
  readonly name: "unit" | "tidy" | "live" | "integration" | "chaos" | "e2e" | "deploy";
  /** Globs from the repository's root. */
  readonly files: readonly string[];
  /** What of them is another tier's. */
  readonly except: readonly string[];
  /** Folders of which all files may run in one process: nothing in them reaches beyond its own values. */
  readonly together?: readonly string[];
  /** Processes with test files at once. */
  readonly concurrency: number;
  /** A file that takes longer has failed, ms. */
  readonly fileTimeoutMs: number;
}

export const tiers: readonly Tier[] = [
  {
    name: "unit",
    files: ["packages/*/src/**/*.test.ts", "services/*/{src,page}/**/*.test.ts", "scripts/**/*.test.ts"],
    except: ["**/*.live.test.ts"],
    // Most of a small file's time is its process's start.
    together: [
      "packages/kernel",
      "packages/core",
      "packages/ports",
      "packages/runtime",
      "packages/documents",
      "packages/testkit",
      "packages/reasoners",
      "packages/simulator",
      "packages/telemetry",
      "services/console",
    ],
    concurrency: 4,
    fileTimeoutMs: 90_000,
  },
  { name: "tidy", files: ["tests/tidy/**/*.test.ts"], except: [], concurrency: 2, fileTimeoutMs: 60_000 },
  // Beside the source as well, but with servers or processes of their own: not for the inner loop.
  {
    name: "live",
    files: ["packages/*/src/**/*.live.test.ts", "services/*/src/**/*.live.test.ts", "scripts/**/*.live.test.ts"],
    except: [],
    concurrency: 2,
    fileTimeoutMs: 240_000,
  },
  {
    name: "integration",
    files: ["tests/integration/**/*.test.ts"],
    except: [],
    concurrency: 3,
    fileTimeoutMs: 300_000,
  },
  { name: "chaos", files: ["tests/chaos/**/*.test.ts"], except: [], concurrency: 2, fileTimeoutMs: 600_000 },
  { name: "e2e", files: ["tests/e2e/**/*.test.ts"], except: [], concurrency: 1, fileTimeoutMs: 600_000 },
  // The images and the manifests; what needs a Docker engine is skipped where none answers.
  { name: "deploy", files: ["tests/deploy/**/*.test.ts"], except: [], concurrency: 1, fileTimeoutMs: 600_000 },
];
