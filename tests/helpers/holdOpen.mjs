/** Has a file open, sends `open`, and closes it when the test sends a line. Parameters: file, flags. */
import fs from "node:fs";
import { params, tell, waitForTest } from "./messages.mjs";

const fd = fs.openSync(params.file, params.flags ?? "r");
tell({ open: true });
waitForTest();
fs.closeSync(fd);
tell({ closed: true });
waitForTest();
