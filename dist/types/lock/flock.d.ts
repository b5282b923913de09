export type BackendName = "native" | "addon" | "exlock" | "flock" | "none";
export interface FlockBackend {
    name: Exclude<BackendName, "none">;
    /** Whether it can wait for the lock, and is then handed it at once. */
    readonly waits: boolean;
    /**
     * Opens a file, creating it if absent, and takes its exclusive flock.
     * @param waitMs how long to wait for it, if the backend can; it may return earlier
     * @returns the descriptor, or null if another process holds the lock
     * @throws the system's error; `ENOTREG` for what the system would open although it is not a regular file
     */
    openLocked(path: string, waitMs?: number): number | null;
}
/**
 * The backend of this machine, or null if there is none. `PACT_HOOKS_FLOCK` (`native`, `addon`, `exlock`, `flock`,
 * `none`) allows one only; a word that it does not know allows none.
 */
export declare function findBackend(): FlockBackend | null;
