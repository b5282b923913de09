var _=process.getBuiltinModule("node:fs"),m=_;var F=process.getBuiltinModule("node:util");var y=F.styleText;var C=process.getBuiltinModule("node:os"),h=C;var s=class t extends Error{code="REFUSED";what;advice;#t;constructor(e,n="",o){let r=`${e}; left unchanged.`;super([o,r,n].filter(Boolean).join(" ")),this.what=[o,e].filter(Boolean).join(" "),this.advice=n,this.#t=e}of(e){return new t(this.#t,this.advice,e)}};function a(t){let e=t?.code;return typeof e=="string"?e:void 0}function u(t,...e){let n=a(t);return n!==void 0&&e.includes(n)}function S(t){return h.constants.errno[t??""]}function l(t){try{return t instanceof Error?t.message:String(t)}catch{return"an error that cannot be shown"}}function g(t){try{t()}catch{}}function E(t){t>0&&Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,t)}var M="\\0-\\x1f\\x7f-\\x9f";var v="\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";function c(t){return t.replace(I,e=>`\\u${e.charCodeAt(0).toString(16).padStart(4,"0")}`)}var I=new RegExp(`(?!\\t)[${M}${v}]`,"gu");function w(t,e){return process.env.FORCE_COLOR!==void 0&&process.env.FORCE_COLOR!=="0"||process.stdout.isTTY&&process.stdout.hasColors()?y(t,e):e}var[P,D]=[1,2],f=!1,O;function x(t){try{f||R(P,t)}catch(e){f=!0,u(e,"EPIPE")||(O=e)}return!f}function b(){return O}function k(t,e){let n=c(t);return x(`${e?w(e,n):n}
`)}function i(t,e=""){L(`pact-hooks: ${c(t)}
${e}`)}function L(t){g(()=>R(D,t))}function R(t,e){let n=Buffer.from(e);for(let o=0;o<n.length;)try{o+=m.writeSync(t,n,o)}catch(r){if(!u(r,"EAGAIN"))throw r;E(1)}}var p=class extends Error{};function T(t,e){return([n,...o])=>{let r=n!==void 0&&Object.hasOwn(e,n)?e[n]:void 0;return r?r(o):d(t,()=>{if(n==="-h"||n==="--help")return U(t);throw new p(n===void 0?"a command is missing":`unknown command '${n}'`)})}}async function d(t,e){try{let n=await e(),o=b();return o===void 0?n:(i(`could not write the output (${l(o)})`),1)}catch(n){if(n instanceof p)return i(n.message,`
${t}`),2;if(!(n instanceof s)&&S(a(n))===void 0)throw n;return i(l(n)),1}}function U(t){return x(t),0}var A=`Usage: pact-hooks COMMAND [OPTIONS]

Commands:
  try [DIR]        run the session-start hook on a copy of CLAUDE.md and show the result
  doctor [DIR]     check CLAUDE.md and its lock, and suggest fixes
  audit            report how often the lock failed open, why, for which files, and who held it
  journal          read, follow, write or prune the session journals
  restore [ID]     restore CLAUDE.md to the version before a session first changed it
  install [DIR]    add the hooks to the project's settings, for use without the plugin system
  uninstall [DIR]  remove hooks, blocks and lock files; everything else stays byte for byte

DIR is the project's folder (default: the current folder).

Options:
  -h, --help       show this help; after a command, the help for that command
  -V, --version    show the version

Examples:
  pact-hooks try ~/my-project
  pact-hooks doctor
  pact-hooks audit --since 7d
  pact-hooks journal read --type lock_fail_open
  pact-hooks install --dry-run
`,N=()=>d(A,()=>(k("0.1.0"),0)),$=T(A,{try:async t=>(await import("./try.mjs")).run(t),doctor:async t=>(await import("./doctor.mjs")).run(t),audit:async t=>(await import("./audit.mjs")).run(t),journal:async t=>(await import("./journal.mjs")).run(t),restore:async t=>(await import("./restore.mjs")).run(t),install:async t=>(await import("./install.mjs")).run(t),uninstall:async t=>(await import("./uninstall.mjs")).run(t),"-V":N,"--version":N});process.exitCode=await $(process.argv.slice(2));
