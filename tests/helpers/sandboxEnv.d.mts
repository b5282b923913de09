import type { Sandbox } from "./sandbox.ts";

export function envOf(box: Pick<Sandbox, "configDir">, more?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
export function hookEnvOf(box: Sandbox, more?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
