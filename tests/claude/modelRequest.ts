/** What the model is sent: a request to the API, without what Claude Code tells only the API. */
import type { MockApi } from "./mockApi.ts";

export interface ModelRequest {
  /** The session that asks, as Claude Code tells the API. */
  sessionId: string;
  /** The lines of every text that the model is sent. */
  lines: string[];
  /** Those lines that hold a session id, whichever. */
  sessionLines: string[];
}

const SESSION_ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** Runs `action` and returns the requests that Claude Code made meanwhile. */
export async function requestsDuring(api: MockApi, action: () => Promise<unknown>): Promise<ModelRequest[]> {
  const before = api.requests.length;
  await action();
  return api.requests.slice(before).map(readRequest);
}

function readRequest(body: string): ModelRequest {
  const { metadata, ...forModel } = JSON.parse(body);
  const lines = textsIn(forModel).join("\n").split("\n");
  return {
    sessionId: JSON.parse(metadata.user_id).session_id,
    lines,
    sessionLines: lines.filter((line) => SESSION_ID.test(line)),
  };
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
