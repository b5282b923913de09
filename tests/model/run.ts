import { checkOf } from "./check.ts";
import { AS_IT_IS, type Options } from "./options.ts";
import { movesOf } from "./protocol.ts";
import { type Finding, search } from "./search.ts";
import { initial, type Outsider } from "./state.ts";

export interface Setting {
  writers?: number;
  /** Writers that remove the file. */
  removers?: number;
  outsiders?: Outsider["at"][];
  /** Whether there is a file at first. */
  exists?: boolean;
}

/** Searches every interleaving of a setting. */
export function run(
  { writers = 2, removers = 0, outsiders = [], exists = true }: Setting,
  options: Partial<Options>,
): Finding {
  const all = { ...AS_IT_IS, ...options };
  return search(initial(writers, outsiders, exists, removers), movesOf(all), checkOf(all));
}

/** The shortest schedule that breaks a weakened protocol, and what it breaks; empty if none does. */
export function broken(setting: Setting, options: Partial<Options> = {}): string[] {
  const { broken } = run(setting, options);
  return broken ? [...broken.schedule, `=> ${broken.what}`] : [];
}
