/** The absolute path of the repository, wherever a script was started from. */
import path from "node:path";

export const repositoryRoot: string = path.dirname(import.meta.dirname);
