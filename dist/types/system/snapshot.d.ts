/** Reads a file that other programs also write, in bounded memory. */
import fs from "node:fs";
/** A file as we read it. */
export interface FileContent {
    bytes: Buffer;
    stat: fs.BigIntStats;
}
/** A file as we read it, and the open descriptor through which we can read it again. */
export interface Snapshot extends FileContent {
    fd: number;
}
/** Far above any CLAUDE.md: real ones have at most a few hundred KB. Bounds what a hostile repository makes us use. */
export declare const MAX_BYTES: number;
/**
 * Reads a whole regular file, without following a link.
 * @returns null if the file is absent
 * @throws {Refusal} if this user may not read it, it is larger than `maxBytes`, or not a regular file
 */
export declare function readRegularFile(path: string, maxBytes?: number): FileContent | null;
/** Reads a file as `readRegularFile` does, and keeps it open. */
export declare function openSnapshot(path: string, maxBytes?: number): Snapshot | null;
/** Never throws, because closing a descriptor that we only read from loses nothing. Safe to call again. */
export declare function closeSnapshot(snapshot: Snapshot | null): void;
/** Reads what the snapshot's file holds now, even after a rename or an unlink. @throws the system's error */
export declare function readAgain({ fd }: Pick<Snapshot, "fd">): Buffer;
/**
 * Whether a path still names the snapshot's file, with the same bytes, mode and owner. The bytes come first, since reading
 * takes longer than the look at the name. On Windows, the snapshot may be closed, and modes and owners say nothing.
 * @throws the system's error
 */
export declare function isStill(path: string, snapshot: Snapshot): boolean;
/** @throws {Refusal} for more bytes than `maxBytes` */
export declare function assertSize(bytes: number, path: string, maxBytes?: number): void;
