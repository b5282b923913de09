/**
 * An esbuild plugin that takes Node's own modules from `process.getBuiltinModule`. For an `import` of `node:fs`, Node reads
 * each of its properties, which loads the streams: a fifth of a hook's cost on top of bare Node.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const builtinsPlugin = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "builtin", sideEffects: false }));
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => {
      const names = Object.keys(require(path)).filter((name) => name !== "default");
      // esbuild drops the exports that a bundle does not use, because each getter is behind a pure call.
      const exports = names.map(
        (name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})();`,
      );
      const contents = [
        `const builtin = process.getBuiltinModule(${JSON.stringify(path)});`,
        "export default builtin;",
        ...exports,
      ];
      return { contents: contents.join("\n") };
    });
  },
};
