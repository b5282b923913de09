var nt=process.getBuiltinModule("node:fs"),F=nt;var rt=process.getBuiltinModule("node:path"),I=rt;var ot=process.getBuiltinModule("node:util");var P=ot.styleText;var Mt=I.join(import.meta.dirname,st(),"..");function st(){return"../native"}var $=()=>process.getBuiltinModule("node:os");var g=class t extends Error{code="REFUSED";what;advice;#t;constructor(e,r="",n){let o=`${e}; left unchanged.`;super([n,o,r].filter(Boolean).join(" ")),this.what=[n,e].filter(Boolean).join(" "),this.advice=r,this.#t=e}of(e){return new t(this.#t,this.advice,e)}};function k(t){let e=t?.code;return typeof e=="string"?e:void 0}function C(t,...e){let r=k(t);return r!==void 0&&e.includes(r)}function U(t){return $().constants.errno[t??""]}function D(t){try{return t instanceof Error?t.message:String(t)}catch{return"an error that cannot be shown"}}function H(t){try{t()}catch{}}var it=process.getBuiltinModule("node:crypto");var j=it.randomUUID;var ct="\\0-\\x1f\\x7f-\\x9f",pt="\\ud800-\\udfff",at="\\u2028\\u2029\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069",ut=["\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200d\\u2060-\\u2065\\u206a-\\u206f\\u3164","\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}"].join(""),L=ct+pt+at+ut,$t=new RegExp(`[${L}]+`,"gu");function x(t){return t.replace(ft,K)}var ft=new RegExp(`(?!\\t)[${L}]`,"gu");function K(t){return Array.from({length:t.length},(r,n)=>t.charCodeAt(n).toString(16)).map(r=>`\\u${r.padStart(4,"0")}`).join("")}var Ut=process.platform==="win32"?"\\":"/";var lt=80,dt=40;function S({columns:t}){return Math.max(t||lt,dt)}function B(t,e){if(!(process.env.FORCE_COLOR!==void 0&&process.env.FORCE_COLOR!=="0"||process.stdout.isTTY&&process.stdout.hasColors()))return e;let[o="",s=""]=P(t,"\0").replaceAll(A,V).split("\0");return o+e+s}var A="\x1B",V=`${A}${j()}`;function N(t){let e=r=>r.split(`
`).map(x).join(`
`);return t.split(V).map(e).join(A)}function xt(t){let e=0;for(let r of t)e+=mt(r);return e}function mt(t){return/^[\x20-\x7e]$/.test(t)?1:/^[\p{Mark}\u200b-\u200d\ufeff]$/u.test(t)?0:ht.test(t)?2:1}var ht=/^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;function m(t,e,r=""){let n=[],o="";for(let[s,i]of t.split(/ (?=\S)/).entries()){let p=s===0?i:`${o} ${i}`;s>0&&xt(p)>e?(n.push(o),o=r+i):o=p}return[...n,o].join(`
`)}var yt=100,gt=30,W=6;function b(t,e){let r=Math.min(e,yt);return t.split(`

`).map(n=>{if(n.startsWith("Examples:"))return n;if(n.startsWith("Usage:"))return St(n,r);let[,o,s=""]=/^([^ ][^\n]*:)\n( {2}[\s\S]*)$/.exec(n)??[];return o===void 0?m(n.replaceAll(/\n(?!$)/g," "),r):`${o}
${bt(s.split(`
`),r)}`}).join(`

`)}function G(t){return t.split(`

`,1)[0]}function St(t,e){return t.split(`
`).map(r=>m(r,e,"         ")).join(`
`)}function bt(t,e){return t.map(r=>{let[,n,o]=/^( {2}\S.*? {2,})(\S.*)$/.exec(r)??[];if(n===void 0||o===void 0)return r;if(e-n.length>=gt)return n+m(o,e-n.length).replaceAll(`
`,`
${" ".repeat(n.length)}`);let s=" ".repeat(W);return`${n.trimEnd()}
${s}${m(o,e-W).replaceAll(`
`,`
${s}`)}`}).join(`
`)}function X(t){t>0&&Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,t)}var[Et,wt]=[1,2],R=!1,Y;function T(t){try{R||Z(Et,N(t))}catch(e){R=!0,C(e,"EPIPE")||(Y=e)}return!R}function q(){return Y}function J(t,e){let r=x(t);return T(`${e?B(e,r):r}
`)}function h(t,e=""){Ot(N(`pact-hooks: ${x(t)}
${e}`))}function Ot(t){H(()=>Z(wt,t))}function Z(t,e){let r=Buffer.from(e);for(let n=0;n<r.length;)try{n+=F.writeSync(t,r,n)}catch(o){if(!C(o,"EAGAIN"))throw o;X(1)}}var d=[],_=[];function E(t,e,r){if(t===e)return 0;let n=r?.maxDistance,o=t;t.length>e.length&&(t=e,e=o);let s=t.length,i=e.length;for(;s>0&&t.charCodeAt(~-s)===e.charCodeAt(~-i);)s--,i--;let p=0;for(;p<s&&t.charCodeAt(p)===e.charCodeAt(p);)p++;if(s-=p,i-=p,n!==void 0&&i-s>n)return n;if(s===0)return n!==void 0&&i>n?n:i;let a,f,u,l,c=0,y=0;for(;c<s;)_[c]=t.charCodeAt(p+c),d[c]=++c;for(;y<i;){for(a=e.charCodeAt(p+y),u=y++,f=y,c=0;c<s;c++)l=a===_[c]?u:u+1,u=d[c],f=d[c]=u>f?l>f?f+1:l:l>u?u+1:l;if(n!==void 0){let O=f;for(c=0;c<s;c++)d[c]<O&&(O=d[c]);if(O>n)return n}}return d.length=s,_.length=s,n!==void 0&&f>n?n:f}function Q(t,e,r){if(!Array.isArray(e)||e.length===0)return;let n=r?.maxDistance,o=t.length;for(let a of e)if(a===t)return a;if(n===0)return;let s,i=Number.POSITIVE_INFINITY,p=new Set;for(let a of e){if(p.has(a))continue;p.add(a);let f=Math.abs(a.length-o);if(f>=i||n!==void 0&&f>n)continue;let u=Number.isFinite(i)?n===void 0?i:Math.min(i,n):n,l=u===void 0?E(t,a):E(t,a,{maxDistance:u});if(n!==void 0&&l>n)continue;let c=l;if(u!==void 0&&l===u&&u===n&&(c=E(t,a)),c<i&&(i=c,s=a,i===0))break}if(!(n!==void 0&&i>n))return s}function kt(t,e){let r=Math.min(3,Math.ceil(t.length/3)),n=o=>o.toLowerCase().replaceAll(/[-_]/g,"");return e.find(o=>n(o)===n(t))??Q(t,[...e],{maxDistance:r})??e.find(o=>t.length>2&&o.startsWith(t))}function z(t,e){let r=kt(t,e);return r===void 0?"":`; did you mean '${r}'?`}var w=class extends Error{};function tt(t,e){let r=([n,...o])=>{let s=n!==void 0&&Object.hasOwn(e,n)?e[n]:void 0;return s?s(o):n==="help"?r([...o,"--help"]):M(t,()=>{if(n==="-h"||n==="--help")return Ct(t);if(n===void 0)return h("a command is missing",`
${b(t,S(process.stderr))}`),2;let i=n.startsWith("-")?"option":"command";throw new w(`unknown ${i} '${n}'${z(n,[...Object.keys(e),"--help"])}`)})};return r}async function M(t,e){try{let r=await e(),n=q();return n===void 0?r:(h(`could not write the output (${D(n)})`),1)}catch(r){if(r instanceof w)return h(r.message,`
${Dt(t)}`),2;if(!(r instanceof g)&&U(k(r))===void 0)throw r;return h(D(r)),1}}function Ct(t){return T(b(t,S(process.stdout))),0}function Dt(t){let e=G(t),[,r=""]=/^Usage: (pact-hooks(?: [a-z]+)*)/.exec(e)??[];return b(`${e}

For help: ${r} --help
`,S(process.stderr))}var et=`Usage: pact-hooks COMMAND [OPTIONS]

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
  -h, --help       show this help; \`pact-hooks help COMMAND\` shows a command's own
  -V, --version    show the version

Examples:
  pact-hooks try ~/my-project
  pact-hooks doctor
  pact-hooks audit --since 7d
  pact-hooks journal read --type lock_fail_open
  pact-hooks install --dry-run
`,v=()=>M(et,()=>(J("0.1.0"),0)),At=tt(et,{try:async t=>(await import("./try.mjs")).run(t),doctor:async t=>(await import("./doctor.mjs")).run(t),audit:async t=>(await import("./audit.mjs")).run(t),journal:async t=>(await import("./journal.mjs")).run(t),block:async t=>(await import("./block.mjs")).run(t),restore:async t=>(await import("./restore.mjs")).run(t),install:async t=>(await import("./install.mjs")).run(t),uninstall:async t=>(await import("./uninstall.mjs")).run(t),version:v,"-V":v,"--version":v});process.exitCode=await At(process.argv.slice(2));
