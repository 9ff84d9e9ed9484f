/** What a watcher gets back. */

/** Ends a watch; calling it again does nothing. */
export type Unsubscribe = () => void;
