var O=process.getBuiltinModule("node:fs"),x=O;var b=process.getBuiltinModule("node:util");var l=b.styleText;function k(t){let e=t?.code;return typeof e=="string"?e:void 0}function c(t,...e){let o=k(t);return o!==void 0&&e.includes(o)}function d(t){try{t()}catch{}}function f(t){t>0&&Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,t)}var R="\\0-\\x1f\\x7f-\\x9f";var T="\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";function i(t){return t.replace(_,e=>`\\u${e.charCodeAt(0).toString(16).padStart(4,"0")}`)}var _=new RegExp(`(?!\\t)[${R}${T}]`,"gu");function y(t,e){return process.env.FORCE_COLOR!==void 0&&process.env.FORCE_COLOR!=="0"||process.stdout.isTTY&&process.stdout.hasColors()?l(t,e):e}var[A,F]=[1,2],p=!1;function a(t){try{p||h(A,t)}catch(e){if(!c(e,"EPIPE"))throw e;p=!0}return!p}function m(t,e){let o=i(t);return a(`${e?y(e,o):o}
`)}function S(t,e=""){N(`pact-hooks: ${i(t)}
${e}`)}function N(t){d(()=>h(F,t))}function h(t,e){let o=Buffer.from(e);for(let n=0;n<o.length;)try{n+=x.writeSync(t,o,n)}catch(r){if(!c(r,"EAGAIN"))throw r;f(1)}}var s=class extends Error{};function g(t,e){return([o,...n])=>{let r=o!==void 0&&Object.hasOwn(e,o)?e[o]:void 0;return r?r(n):u(t,()=>{if(o==="-h"||o==="--help")return C(t);throw new s(o===void 0?"a command is missing":`there is no command '${o}'`)})}}async function u(t,e){try{return await e()}catch(o){if(!(o instanceof s))throw o;return S(o.message,`
${t}`),2}}function C(t){return a(t),0}var E=`Usage: pact-hooks COMMAND [OPTIONS]

Commands:
  try [DIR]        run the session-start hook on a copy of DIR's CLAUDE.md and show what it does
  doctor [DIR]     look whether DIR's CLAUDE.md and its lock are healthy, and say what to do
  audit            show how often the lock failed open, why, for which files and who held it
  journal          read, follow, write or prune the session journals
  restore [ID]     bring back a CLAUDE.md as it was before a session first changed it
  install [DIR]    add the hooks to DIR's settings, for those who do not use the plugin system
  uninstall [DIR]  take hooks, blocks and lock files out again; the rest stays byte for byte

Options:
  -h, --help       this text; after a command, the command's
  -V, --version    the version

Examples:
  pact-hooks try ~/my-project
  pact-hooks doctor
  pact-hooks audit --since 7d
  pact-hooks journal read --type lock_fail_open
  pact-hooks install --dry-run
`,w=()=>u(E,()=>(m("0.1.0"),0)),D=g(E,{try:async t=>(await import("./try.mjs")).run(t),doctor:async t=>(await import("./doctor.mjs")).run(t),audit:async t=>(await import("./audit.mjs")).run(t),journal:async t=>(await import("./journal.mjs")).run(t),restore:async t=>(await import("./restore.mjs")).run(t),install:async t=>(await import("./install.mjs")).run(t),uninstall:async t=>(await import("./uninstall.mjs")).run(t),"-V":w,"--version":w});process.exitCode=await D(process.argv.slice(2));
