var R=process.getBuiltinModule("node:fs"),l=R;var T=process.getBuiltinModule("node:util");var d=T.styleText;function _(t){let o=t?.code;return typeof o=="string"?o:void 0}function c(t,...o){let e=_(t);return e!==void 0&&o.includes(e)}function f(t){try{return t instanceof Error?t.message:String(t)}catch{return"an error that cannot be shown"}}function y(t){try{t()}catch{}}function m(t){t>0&&Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,t)}var A="\\0-\\x1f\\x7f-\\x9f";var F="\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";function i(t){return t.replace(N,o=>`\\u${o.charCodeAt(0).toString(16).padStart(4,"0")}`)}var N=new RegExp(`(?!\\t)[${A}${F}]`,"gu");function S(t,o){return process.env.FORCE_COLOR!==void 0&&process.env.FORCE_COLOR!=="0"||process.stdout.isTTY&&process.stdout.hasColors()?d(t,o):o}var[C,D]=[1,2],p=!1,h;function a(t){try{p||E(C,t)}catch(o){p=!0,c(o,"EPIPE")||(h=o)}return!p}function g(){return h}function w(t,o){let e=i(t);return a(`${o?S(o,e):e}
`)}function u(t,o=""){v(`pact-hooks: ${i(t)}
${o}`)}function v(t){y(()=>E(D,t))}function E(t,o){let e=Buffer.from(o);for(let n=0;n<e.length;)try{n+=l.writeSync(t,e,n)}catch(r){if(!c(r,"EAGAIN"))throw r;m(1)}}var s=class extends Error{};function O(t,o){return([e,...n])=>{let r=e!==void 0&&Object.hasOwn(o,e)?o[e]:void 0;return r?r(n):x(t,()=>{if(e==="-h"||e==="--help")return I(t);throw new s(e===void 0?"a command is missing":`there is no command '${e}'`)})}}async function x(t,o){try{let e=await o(),n=g();return n===void 0?e:(u(`could not write the output (${f(n)})`),1)}catch(e){if(!(e instanceof s))throw e;return u(e.message,`
${t}`),2}}function I(t){return a(t),0}var k=`Usage: pact-hooks COMMAND [OPTIONS]

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
`,b=()=>x(k,()=>(w("0.1.0"),0)),P=O(k,{try:async t=>(await import("./try.mjs")).run(t),doctor:async t=>(await import("./doctor.mjs")).run(t),audit:async t=>(await import("./audit.mjs")).run(t),journal:async t=>(await import("./journal.mjs")).run(t),restore:async t=>(await import("./restore.mjs")).run(t),install:async t=>(await import("./install.mjs")).run(t),uninstall:async t=>(await import("./uninstall.mjs")).run(t),"-V":b,"--version":b});process.exitCode=await P(process.argv.slice(2));
