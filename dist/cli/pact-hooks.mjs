var U=process.getBuiltinModule("node:fs"),h=U;var H=process.getBuiltinModule("node:path"),S=H;var $=process.getBuiltinModule("node:util");var g=$.styleText;var nt=S.join(import.meta.dirname,K(),"..");function K(){return"../native"}var E=()=>process.getBuiltinModule("node:os");var c=class t extends Error{code="REFUSED";what;advice;#t;constructor(n,e="",o){let r=`${n}; left unchanged.`;super([o,r,e].filter(Boolean).join(" ")),this.what=[o,n].filter(Boolean).join(" "),this.advice=e,this.#t=n}of(n){return new t(this.#t,this.advice,n)}};function a(t){let n=t?.code;return typeof n=="string"?n:void 0}function u(t,...n){let e=a(t);return e!==void 0&&n.includes(e)}function b(t){return E().constants.errno[t??""]}function f(t){try{return t instanceof Error?t.message:String(t)}catch{return"an error that cannot be shown"}}function w(t){try{t()}catch{}}function O(t){t>0&&Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,t)}var j="\\0-\\x1f\\x7f-\\x9f",L="\\ud800-\\udfff",B="\\u2028\\u2029\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069",V=["\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200d\\u2060-\\u2065\\u206a-\\u206f\\u3164","\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}"].join(""),k=j+L+B+V,it=new RegExp(`[${k}]+`,"gu");function s(t){return t.replace(G,C)}var G=new RegExp(`(?!\\t)[${k}]`,"gu");function C(t){return Array.from({length:t.length},(e,o)=>t.charCodeAt(o).toString(16)).map(e=>`\\u${e.padStart(4,"0")}`).join("")}var pt=process.platform==="win32"?"\\":"/";var W=process.getBuiltinModule("node:crypto");var D=W.randomUUID;function R(t,n){if(!(process.env.FORCE_COLOR!==void 0&&process.env.FORCE_COLOR!=="0"||process.stdout.isTTY&&process.stdout.hasColors()))return n;let[r="",I=""]=g(t,"\0").replaceAll(l,T).split("\0");return r+n+I}var l="\x1B",T=`${l}${D()}`;function x(t){let n=e=>e.split(`
`).map(s).join(`
`);return t.split(T).map(n).join(l)}var[X,q]=[1,2],d=!1,_;function m(t){try{d||N(X,x(t))}catch(n){d=!0,u(n,"EPIPE")||(_=n)}return!d}function F(){return _}function A(t,n){let e=s(t);return m(`${n?R(n,e):e}
`)}function i(t,n=""){J(x(`pact-hooks: ${s(t)}
${n}`))}function J(t){w(()=>N(q,t))}function N(t,n){let e=Buffer.from(n);for(let o=0;o<e.length;)try{o+=h.writeSync(t,e,o)}catch(r){if(!u(r,"EAGAIN"))throw r;O(1)}}var p=class extends Error{};function v(t,n){return([e,...o])=>{let r=e!==void 0&&Object.hasOwn(n,e)?n[e]:void 0;return r?r(o):y(t,()=>{if(e==="-h"||e==="--help")return Y(t);throw new p(e===void 0?"a command is missing":`unknown command '${e}'`)})}}async function y(t,n){try{let e=await n(),o=F();return o===void 0?e:(i(`could not write the output (${f(o)})`),1)}catch(e){if(e instanceof p)return i(e.message,`
${t}`),2;if(!(e instanceof c)&&b(a(e))===void 0)throw e;return i(f(e)),1}}function Y(t){return m(t),0}var M=`Usage: pact-hooks COMMAND [OPTIONS]

Commands:
  try [DIR]        run the session-start hook on a copy of CLAUDE.md and show the result
  doctor [DIR]     check CLAUDE.md and its lock, and suggest fixes
  audit            report how often the lock failed open, why, for which files, and who held it
  journal          read, follow, write or prune the session journals
  block            put a block of another tool into a file, or remove it
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
`,P=()=>y(M,()=>(A("0.1.0"),0)),Z=v(M,{try:async t=>(await import("./try.mjs")).run(t),doctor:async t=>(await import("./doctor.mjs")).run(t),audit:async t=>(await import("./audit.mjs")).run(t),journal:async t=>(await import("./journal.mjs")).run(t),block:async t=>(await import("./block.mjs")).run(t),restore:async t=>(await import("./restore.mjs")).run(t),install:async t=>(await import("./install.mjs")).run(t),uninstall:async t=>(await import("./uninstall.mjs")).run(t),"-V":P,"--version":P});process.exitCode=await Z(process.argv.slice(2));
