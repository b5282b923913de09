/** Where a target really is, after its links: lock, claim and publish happen there. */
export interface TargetPath {
    /** The real folder. */
    dir: string;
    /** The real file's name in it. */
    base: string;
    /** `dir` and `base` together. */
    path: string;
}
/**
 * Follows the links of a target and makes sure that it may be written: a regular file, or absent, whose real folder
 * lies inside the real project folder. A repository can commit a link, so one that it leads to must be of the same kind.
 * @param projectDir the containment anchor; the target's own folder if not given
 * @throws {Refusal} if the target is not a regular file, out of reach, or a link that leads outside, into `.git`, to a file
 *   of another kind, or nowhere
 */
export declare function resolveTarget(target: string, projectDir?: string): TargetPath;
/**
 * The name that Windows gives a file: it takes dots and spaces at the end away.
 * @param named the path, for the message
 * @throws {Refusal} for a device, and for a stream of a file, whose sidecar would be a stream, too
 */
export declare function nameOnWindows(base: string, named: string): string;
/**
 * Whether a real folder is another one or lies below it. Compares names and inodes on the way up: names may differ where a
 * file system folds case, and some network file systems give a folder another inode number at each look.
 */
export declare function isFolderInside(dir: string, anchor: string): boolean;
