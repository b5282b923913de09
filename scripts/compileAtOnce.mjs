// Makes V8 compile all functions of a hook when it loads them.
import { parseAst } from "vite";

/**
 * Puts the functions of a script in parentheses, which advises V8 to compile them at once. Node caches functions that V8
 * compiles when a script is loaded, not those that it compiles at their first call. Arrow functions take no such advice, so
 * the script must have none.
 */
export function compileAtOnce(script) {
  const functions = [];
  const others = [];
  for (const node of parseAst(script).body) {
    const text = parenthesized(script, node);
    if (node.type === "FunctionDeclaration") functions.push(`${node.id.name}=(${text})`);
    else others.push(text);
  }
  return `"use strict";var ${functions.join(",")};${others.join("\n")}\n`;
}

/** The text of a node, with each function expression in it in parentheses. */
function parenthesized(script, node) {
  const children = Object.values(node)
    .flat()
    .filter((value) => value?.type);
  let text = "";
  let at = node.start;
  for (const child of children.sort((a, b) => a.start - b.start)) {
    // The key and the value of `{ key }` are the same text.
    if (child.start < at) continue;
    text += script.slice(at, child.start) + parenthesized(script, child);
    at = child.end;
  }
  text += script.slice(at, node.end);
  // A method is no expression, though its node says so.
  return node.type === "FunctionExpression" && text.startsWith("function") ? `(${text})` : text;
}
