import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

/** Serves the git repositories below a folder on loopback, through git's own CGI program. */
export async function startGitServer(root: string): Promise<{ url: string; close(): void }> {
  const backend = path.join(
    execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(),
    "git-http-backend",
  );
  const server = http.createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
    const cgi = spawn(backend, [], {
      env: {
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"],
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
        REMOTE_ADDR: "127.0.0.1",
      },
    });
    request.pipe(cgi.stdin);
    const chunks: Buffer[] = [];
    cgi.stdout.on("data", (chunk) => chunks.push(chunk));
    cgi.on("close", () => respond(Buffer.concat(chunks), response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

/** A CGI answer is header lines, an empty line, and the body. */
function respond(answer: Buffer, response: http.ServerResponse): void {
  const end = answer.indexOf("\r\n\r\n");
  for (const line of answer.toString("latin1", 0, Math.max(end, 0)).split("\r\n")) {
    const [name = "", value = ""] = line.split(/: (.*)/s);
    if (name === "Status") response.statusCode = Number.parseInt(value, 10);
    else if (name) response.setHeader(name, value);
  }
  response.end(answer.subarray(end + 4));
}
