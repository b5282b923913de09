/**
 * Defines the events of the session journal in one table. Their types, and the checks of the events that scripts write,
 * come from it. docs/journal.md says when we write each event. Readers also meet types of older versions and other tools.
 */
/** The values that a field may hold. An `ms` number may have a fraction; a `count`, which may be an inode, may not. */
export interface FieldRule {
    kind: "text" | "count" | "ms" | "boolean" | "fields";
    required: boolean;
    /** The only texts that are allowed. */
    words?: readonly string[];
    fields?: Record<string, FieldRule>;
}
type ValueOf<R extends FieldRule> = R extends {
    fields: infer F extends Record<string, FieldRule>;
} ? ObjectOf<F> : R extends {
    words: readonly (infer W)[];
} ? W : {
    text: string;
    count: number;
    ms: number;
    boolean: boolean;
    fields: object;
}[R["kind"]];
type ObjectOf<F extends Record<string, FieldRule>> = {
    [K in keyof F as F[K]["required"] extends true ? K : never]: ValueOf<F[K]>;
} & {
    [K in keyof F as F[K]["required"] extends true ? never : K]?: ValueOf<F[K]> | undefined;
};
declare const holder: {
    readonly kind: "fields";
    readonly required: false;
    readonly fields: {
        readonly pid: {
            readonly kind: "count";
            readonly required: true;
        };
        /** The command's name only: its arguments may hold secrets. */
        readonly command: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        /** How long the process has held the lock; only a record says so. */
        readonly held_ms: Omit<{
            readonly kind: "ms";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly source: {
            kind: "text";
            required: true;
            words: readonly ["record", "proc"];
        };
        readonly alive: {
            readonly kind: "boolean";
            readonly required: true;
        };
    };
};
/** The fields of each type of event, except `v`, `type` and `ts`. */
export declare const EVENT_RULES: {
    readonly session_start: {
        readonly session_id: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly project_dir: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly source: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly claude_md: {
            readonly kind: "fields";
            readonly required: false;
            readonly fields: {
                readonly path: {
                    readonly kind: "text";
                    readonly required: true;
                };
                readonly target: Omit<{
                    readonly kind: "text";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
                readonly outcome: {
                    readonly kind: "text";
                    readonly required: true;
                };
                readonly rounds: {
                    readonly kind: "count";
                    readonly required: true;
                };
                readonly in_place: Omit<{
                    readonly kind: "boolean";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
                readonly message: Omit<{
                    readonly kind: "text";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
                /** For the session's end: is it still there? */
                readonly added: Omit<{
                    readonly kind: "text";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
            };
        };
        readonly lock: {
            readonly kind: "fields";
            readonly required: false;
            readonly fields: {
                readonly outcome: {
                    kind: "text";
                    required: true;
                    words: readonly ["locked", "fail_open", "not_needed"];
                };
                readonly waited_ms: {
                    readonly kind: "ms";
                    readonly required: true;
                };
                readonly backend: {
                    readonly kind: "text";
                    readonly required: true;
                };
                readonly reason: Omit<{
                    readonly kind: "text";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
            };
        };
    };
    readonly session_end: {
        readonly session_id: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly project_dir: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly reason: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        /** Counts of the session's locks; `partial` if the hook had no time to read the whole journal. */
        readonly locks: {
            readonly kind: "fields";
            readonly required: false;
            readonly fields: {
                readonly locked: {
                    readonly kind: "count";
                    readonly required: true;
                };
                readonly fail_open: {
                    readonly kind: "count";
                    readonly required: true;
                };
                readonly reaped: {
                    readonly kind: "count";
                    readonly required: true;
                };
                readonly partial: Omit<{
                    readonly kind: "boolean";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
            };
        };
    };
    readonly lock_fail_open: {
        readonly hook: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly pid: {
            readonly kind: "count";
            readonly required: true;
        };
        readonly reason: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly code: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly errno: Omit<{
            readonly kind: "count";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly message: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly target: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly lock_path: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly waited_ms: {
            readonly kind: "ms";
            readonly required: true;
        };
        readonly timeout_ms: {
            readonly kind: "ms";
            readonly required: true;
        };
        readonly attempts: {
            readonly kind: "count";
            readonly required: true;
        };
        readonly holder: {
            readonly kind: "fields";
            readonly required: false;
            readonly fields: {
                readonly pid: {
                    readonly kind: "count";
                    readonly required: true;
                };
                /** The command's name only: its arguments may hold secrets. */
                readonly command: Omit<{
                    readonly kind: "text";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
                /** How long the process has held the lock; only a record says so. */
                readonly held_ms: Omit<{
                    readonly kind: "ms";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
                readonly source: {
                    kind: "text";
                    required: true;
                    words: readonly ["record", "proc"];
                };
                readonly alive: {
                    readonly kind: "boolean";
                    readonly required: true;
                };
            };
        };
    };
    readonly lock_reaped: {
        readonly hook: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly pid: {
            readonly kind: "count";
            readonly required: true;
        };
        readonly target: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly lock_path: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly reason: {
            kind: "text";
            required: true;
            words: readonly ["abandoned", "expired", "unreadable"];
        };
        readonly age_ms: {
            readonly kind: "ms";
            readonly required: true;
        };
        readonly old_ino: {
            readonly kind: "count";
            readonly required: true;
        };
        readonly new_ino: Omit<{
            readonly kind: "count";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly waited_ms: {
            readonly kind: "ms";
            readonly required: true;
        };
        readonly holder: {
            readonly kind: "fields";
            readonly required: false;
            readonly fields: {
                readonly pid: {
                    readonly kind: "count";
                    readonly required: true;
                };
                /** The command's name only: its arguments may hold secrets. */
                readonly command: Omit<{
                    readonly kind: "text";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
                /** How long the process has held the lock; only a record says so. */
                readonly held_ms: Omit<{
                    readonly kind: "ms";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
                readonly source: {
                    kind: "text";
                    required: true;
                    words: readonly ["record", "proc"];
                };
                readonly alive: {
                    readonly kind: "boolean";
                    readonly required: true;
                };
            };
        };
    };
    readonly outside_edit: {
        readonly hook: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly pid: {
            readonly kind: "count";
            readonly required: true;
        };
        readonly target: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly resolution: {
            kind: "text";
            required: true;
            words: readonly ["reread", "merged", "conflict", "saved", "open", "lost"];
        };
        readonly saved: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
    };
    readonly update_overwritten: {
        readonly hook: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly pid: {
            readonly kind: "count";
            readonly required: true;
        };
        readonly target: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly holder: {
            readonly kind: "fields";
            readonly required: false;
            readonly fields: {
                readonly pid: {
                    readonly kind: "count";
                    readonly required: true;
                };
                /** The command's name only: its arguments may hold secrets. */
                readonly command: Omit<{
                    readonly kind: "text";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
                /** How long the process has held the lock; only a record says so. */
                readonly held_ms: Omit<{
                    readonly kind: "ms";
                    readonly required: true;
                }, "required"> & {
                    required: false;
                };
                readonly source: {
                    kind: "text";
                    required: true;
                    words: readonly ["record", "proc"];
                };
                readonly alive: {
                    readonly kind: "boolean";
                    readonly required: true;
                };
            };
        };
    };
    readonly write_abandoned: {
        readonly hook: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly pid: {
            readonly kind: "count";
            readonly required: true;
        };
        readonly reason: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly code: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly errno: Omit<{
            readonly kind: "count";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly message: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly target: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly rounds: {
            readonly kind: "count";
            readonly required: true;
        };
    };
    readonly write_refused: {
        readonly hook: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly pid: {
            readonly kind: "count";
            readonly required: true;
        };
        readonly reason: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly code: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly errno: Omit<{
            readonly kind: "count";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly message: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly target: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly rounds: {
            readonly kind: "count";
            readonly required: true;
        };
    };
    readonly backup_kept: {
        readonly hook: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly pid: {
            readonly kind: "count";
            readonly required: true;
        };
        readonly target: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly backup: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly project_dir: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
    };
    readonly backup_failed: {
        readonly hook: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly pid: {
            readonly kind: "count";
            readonly required: true;
        };
        readonly target: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly backup: {
            readonly kind: "text";
            readonly required: true;
        };
        readonly code: Omit<{
            readonly kind: "text";
            readonly required: true;
        }, "required"> & {
            required: false;
        };
        readonly message: {
            readonly kind: "text";
            readonly required: true;
        };
    };
    readonly bad_payload: {
        hook: {
            readonly kind: "text";
            readonly required: true;
        };
        message: {
            readonly kind: "text";
            readonly required: true;
        };
        pid: {
            readonly kind: "count";
            readonly required: true;
        };
    };
    readonly hook_failed: {
        hook: {
            readonly kind: "text";
            readonly required: true;
        };
        message: {
            readonly kind: "text";
            readonly required: true;
        };
        pid: {
            readonly kind: "count";
            readonly required: true;
        };
    };
};
export type EventType = keyof typeof EVENT_RULES;
/** The fields of one type of event. */
export type FieldsOf<T extends EventType> = ObjectOf<(typeof EVENT_RULES)[T]>;
/** A process that holds or held a lock. */
export type LockHolder = ValueOf<typeof holder>;
/** The rules of a type's fields, or undefined for a type that is not ours. */
export declare function rulesOf(type: string): Record<string, FieldRule> | undefined;
/**
 * Checks an event that a script wants to write. If the type is not ours, checks only its name.
 * @returns the problem, for a message; undefined if the event is valid
 */
export declare function problemOf(type: string, fields: Record<string, unknown>): string | undefined;
export {};
