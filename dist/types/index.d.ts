/** The package's public API. */
export * from "./claudeMd/markers.ts";
export type { SessionInfo } from "./claudeMd/projectText.ts";
export { ensureProjectMemory, extractManagedRegion, migrateToManagedStructure, resolveProjectClaudeMd, stripOrphanKernelBlock, stripOrphanRoutingMarkers, updatePactRouting, updateSessionInfo, } from "./claudeMdManager.ts";
export { type Lease, LOCK_TIMEOUT_SECONDS, LOCK_TTL_SECONDS, type LockOptions, withFileLock, } from "./fileLock.ts";
export { type InstallOptions, installHooks, type UninstallOptions, type UninstallResult, uninstallHooks, } from "./install/installHooks.ts";
export type { LockHolder } from "./journal/events.ts";
export type { JournalAddress } from "./journal/sessionFolder.ts";
export { appendEvent, type JournalEvent, makeEvent, readEvents, readLastEvent, } from "./journal/sessionJournal.ts";
export type { BlockMarkers, BlockOptions } from "./text/block.ts";
export type { ChangeResult } from "./update/fileChange.ts";
export { removeBlock, updateBlock } from "./update/updateBlock.ts";
export { type UpdateResult, updateFile } from "./update/updateFile.ts";
