import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** A Messages API on loopback that answers every request with one word, and keeps the requests. */
export interface MockApi {
  url: string;
  /** The bodies of the requests for a message, in order. */
  requests: string[];
  close(): void;
}

const ANSWER = "hello";

export async function startMockApi(): Promise<MockApi> {
  const requests: string[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (!/^\/v1\/messages(\?|$)/.test(request.url ?? "")) {
      response.writeHead(404, { "content-type": "application/json" }).end("{}");
      return;
    }
    requests.push(body);
    answer(JSON.parse(body), response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, close: () => server.close() };
}

function answer({ model, stream }: { model: string; stream?: boolean }, response: http.ServerResponse): void {
  const message = {
    id: "msg_mock",
    type: "message",
    role: "assistant",
    model,
    content: [] as unknown[],
    stop_reason: null as string | null,
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  if (!stream) {
    message.content = [{ type: "text", text: ANSWER }];
    message.stop_reason = "end_turn";
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(message));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  send("message_start", { message });
  send("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  send("content_block_delta", { index: 0, delta: { type: "text_delta", text: ANSWER } });
  send("content_block_stop", { index: 0 });
  send("message_delta", {
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 1 },
  });
  send("message_stop", {});
  response.end();
}
