/** Adds lines by updates. Parameters: those of addLines.mjs, target, options. */
import { updateFile } from "../helpers/library.mjs";
import { params } from "../helpers/messages.mjs";
import { addLines } from "./addLines.mjs";

const { target, options } = params;
/** On a full disk an appender leaves half a line. */
const whole = (text) => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

addLines((line) => {
  const { outcome, lock, message } = updateFile(target, (text) => `${whole(text ?? "")}${line}\n`, options);
  return { outcome, lock: lock.outcome, evicted: lock.evicted, message };
});
