/** The metrics of watches of the shared document: of all of a process, and by the names that users gave them. */
import type { MetricMaker } from "./metric-maker.ts";

/** Declares them. */
export function watchFamilies({ counter, gauge }: MetricMaker) {
  return {
    watchResyncs: counter("entrain_context_watch_resyncs_total", "Times a watcher was told to begin anew.", ["cause"]),
    watches: gauge("entrain_context_watches", "Watches of the context document that this process serves."),
    watchWaiting: gauge("entrain_context_watch_waiting", "News that wait for watchers of this process."),
    watchBehind: gauge("entrain_context_watch_behind_versions", "Versions that the slowest watcher has not been told."),
    watchLagVersions: gauge(
      "entrain_context_watch_lag_versions",
      "Versions that the slowest watcher of that name has not been told.",
      ["watch"],
    ),
    watchLag: gauge(
      "entrain_context_watch_lag_seconds",
      "How long the oldest news of watchers of that name has waited.",
      ["watch"],
    ),
    watchToldByName: counter("entrain_context_watch_named_news_total", "News that watchers of that name were told.", [
      "watch",
    ]),
    watchCoalesced: counter(
      "entrain_context_watch_coalesced_versions_total",
      "Versions that watchers of that name were told together with the one before.",
      ["watch"],
    ),
    watchNews: counter("entrain_context_watch_news_total", "News that watchers of this process were told."),
  };
}
