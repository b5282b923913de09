var F=process.getBuiltinModule("node:fs"),x=F;var N=process.getBuiltinModule("node:path"),y=N;var M=process.getBuiltinModule("node:util");var h=M.styleText;var D=y.join(import.meta.dirname,v(),"..");function v(){return"../native"}var S=()=>process.getBuiltinModule("node:os");var s=class t extends Error{code="REFUSED";what;advice;#t;constructor(e,n="",o){let r=`${e}; left unchanged.`;super([o,r,n].filter(Boolean).join(" ")),this.what=[o,e].filter(Boolean).join(" "),this.advice=n,this.#t=e}of(e){return new t(this.#t,this.advice,e)}};function a(t){let e=t?.code;return typeof e=="string"?e:void 0}function u(t,...e){let n=a(t);return n!==void 0&&e.includes(n)}function g(t){return S().constants.errno[t??""]}function l(t){try{return t instanceof Error?t.message:String(t)}catch{return"an error that cannot be shown"}}function E(t){try{t()}catch{}}function O(t){t>0&&Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,t)}var I="\\0-\\x1f\\x7f-\\x9f";var P="\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";function i(t){return t.replace(L,e=>`\\u${e.charCodeAt(0).toString(16).padStart(4,"0")}`)}var L=new RegExp(`(?!\\t)[${I}${P}]`,"gu");function b(t,e){return process.env.FORCE_COLOR!==void 0&&process.env.FORCE_COLOR!=="0"||process.stdout.isTTY&&process.stdout.hasColors()?h(t,e):e}var[U,B]=[1,2],d=!1,w;function f(t){try{d||_(U,t)}catch(e){d=!0,u(e,"EPIPE")||(w=e)}return!d}function k(){return w}function T(t,e){let n=i(t);return f(`${e?b(e,n):n}
`)}function c(t,e=""){$(`pact-hooks: ${i(t)}
${e}`)}function $(t){E(()=>_(B,t))}function _(t,e){let n=Buffer.from(e);for(let o=0;o<n.length;)try{o+=x.writeSync(t,n,o)}catch(r){if(!u(r,"EAGAIN"))throw r;O(1)}}var p=class extends Error{};function R(t,e){return([n,...o])=>{let r=n!==void 0&&Object.hasOwn(e,n)?e[n]:void 0;return r?r(o):m(t,()=>{if(n==="-h"||n==="--help")return j(t);throw new p(n===void 0?"a command is missing":`unknown command '${n}'`)})}}async function m(t,e){try{let n=await e(),o=k();return o===void 0?n:(c(`could not write the output (${l(o)})`),1)}catch(n){if(n instanceof p)return c(n.message,`
${t}`),2;if(!(n instanceof s)&&g(a(n))===void 0)throw n;return c(l(n)),1}}function j(t){return f(t),0}var C=`Usage: pact-hooks COMMAND [OPTIONS]

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
`,A=()=>m(C,()=>(T("0.1.0"),0)),G=R(C,{try:async t=>(await import("./try.mjs")).run(t),doctor:async t=>(await import("./doctor.mjs")).run(t),audit:async t=>(await import("./audit.mjs")).run(t),journal:async t=>(await import("./journal.mjs")).run(t),restore:async t=>(await import("./restore.mjs")).run(t),install:async t=>(await import("./install.mjs")).run(t),uninstall:async t=>(await import("./uninstall.mjs")).run(t),"-V":A,"--version":A});process.exitCode=await G(process.argv.slice(2));
