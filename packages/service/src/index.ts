/** Service: the life of a service process, and its word to the supervisor that started it. */
export { controlLineMax, parseControlLine, type ReadyMessage } from "./control-message.ts";
export { runService, type RunningService, type ServiceMain, type ServiceSurroundings } from "./run-service.ts";
export { openSecurity, type OwnIdentity, type ServiceSecurity } from "./service-security.ts";
export { createServiceTelemetry, type ServiceTelemetry } from "./service-telemetry.ts";
export { storeAddress, storeName } from "./store-address.ts";
