/** Appends events to a journal. Parameters: count, name, size (of each event's filler), address. */
import { appendEvent, makeEvent } from "./library.mjs";
import { params } from "./messages.mjs";

const { count, name, size = 10, address = {} } = params;
for (let n = 0; n < count; n++)
  appendEvent(makeEvent("my.test", { name, n, filler: "x".repeat(size) }), address);
