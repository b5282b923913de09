/** A real browser without a window, where the machine has one. */
import fs from "node:fs";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The file of the browser, or undefined. Wine sees those of Linux, and cannot run them. */
export const BROWSER = process.platform === "win32" ? undefined : PLACES.find((file) => fs.existsSync(file));

export function startBrowser(): Promise<Browser> {
  // As root, Chromium has no sandbox. It opens our own files only.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return puppeteer.launch({ executablePath: BROWSER ?? "", args });
}

export interface Screen {
  width: number;
  scheme: "light" | "dark";
}

/** What happened while a page was open, besides showing it. */
export interface Watch {
  /** Errors of scripts, and what the page's policy has blocked. */
  errors: string[];
  requests: string[];
}

export function watch(page: Page): Watch {
  const seen: Watch = { errors: [], requests: [] };
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("dialog", (dialog) => {
    seen.errors.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => seen.errors.push(message.text()));
  page.on("request", (request) => seen.requests.push(request.url()));
  return seen;
}

export async function show(page: Page, url: string, { width, scheme }: Screen): Promise<void> {
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(url);
}
