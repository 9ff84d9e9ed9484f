/** The simulator: the whole swarm in virtual time, driving the same core. */
export { simulate } from "./swarm-simulation.ts";
export { checkSpec, type Change, type Compensation, type Partition, type SimulationSpec } from "./simulation-spec.ts";
export { coherencePlot, gapHistogramPlot, phaseCirclePlot } from "./plots.ts";
export { createKuramotoKernel, type KernelOptions, type KuramotoKernel } from "./kuramoto-kernel.ts";
export { createPulseKernel, type PulseKernel, type PulseKernelOptions } from "./pulse-kernel.ts";
export { attackNames, type AttackName } from "./attack.ts";
export { delayProfiles, type ProfileName } from "./delay-profile.ts";
export {
  cadencePpmFrom,
  heldSinceMs,
  peakLoadOf,
  spreadMsFrom,
  type BeatSummary,
  type OrderSample,
  type SwarmRecord,
} from "./swarm-record.ts";
