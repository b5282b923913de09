/**
 * Makes one update that adds a line, and sends its `result`. Parameters: target, line, options; `pauseAt`: the call of
 * `mutate`, counted from 1 (the look without the lock), that sends `paused` and waits for the test; `text`: the whole new
 * text instead of a line; `repeat`: how often the text is repeated.
 */
import { updateFile } from "./library.mjs";
import { params, tell, waitForTest } from "./messages.mjs";

const { target, line, text, repeat = 1, pauseAt, options } = params;
let calls = 0;
const mutate = (now) => {
  calls++;
  if (calls === pauseAt) {
    tell({ paused: calls });
    waitForTest();
  }
  if (text !== undefined) return text.repeat(repeat);
  return now?.includes(line) ? now : `${now ?? ""}${line}\n`;
};
tell({ result: updateFile(target, mutate, options) });
