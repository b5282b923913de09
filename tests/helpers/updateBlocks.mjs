/**
 * Updates a block again and again, with its number as the body, and removes it if asked. Sends `ready`, waits for the test, and
 * sends `outcomes`. Parameters: target, block, times; `remove`.
 */
import { removeBlock, updateBlock } from "./library.mjs";
import { params, tell, waitForTest } from "./messages.mjs";

const { target, block, times, remove } = params;
tell({ ready: true });
waitForTest();
const outcomes = [];
for (let n = 1; n <= times; n++) {
  outcomes.push(updateBlock(target, { ...block, body: `${block.body} ${n}` }).outcome);
}
if (remove) outcomes.push(removeBlock(target, block).outcome);
tell({ outcomes });
