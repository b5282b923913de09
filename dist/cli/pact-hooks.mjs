var nt=process.getBuiltinModule("node:fs"),F=nt;var rt=process.getBuiltinModule("node:path"),I=rt;var ot=process.getBuiltinModule("node:util");var $=ot.styleText;var Mt=process.platform==="linux",st=process.platform==="win32";var $t=I.join(import.meta.dirname,it(),"..");function it(){return"../native"}var P=()=>process.getBuiltinModule("node:os");var S=class t extends Error{code="REFUSED";what;advice;#t;constructor(n,r="",e){let o=`${n}; left unchanged.`;super([e,o,r].filter(Boolean).join(" ")),this.what=[e,n].filter(Boolean).join(" "),this.advice=r,this.#t=n}of(n){return new t(this.#t,this.advice,n)}};function k(t){let n=t?.code;return typeof n=="string"?n:void 0}function C(t,...n){let r=k(t);return r!==void 0&&n.includes(r)}function U(t){return P().constants.errno[t??""]}function D(t){try{return t instanceof Error?t.message:String(t)}catch{return"an error that cannot be shown"}}function H(t){try{t()}catch{}}var ct=process.getBuiltinModule("node:crypto");var j=ct.randomUUID;var pt="\\0-\\x1f\\x7f-\\x9f",at="\\ud800-\\udfff",ut="\\u2028\\u2029\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069",ft=["\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200d\\u2060-\\u2065\\u206a-\\u206f\\u3164","\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}"].join(""),L=pt+at+ut+ft,Lt=new RegExp(`[${L}]+`,"gu");function h(t){return t.replace(lt,K)}var lt=new RegExp(`(?!\\t)[${L}]`,"gu");function K(t){return Array.from({length:t.length},(r,e)=>t.charCodeAt(e).toString(16)).map(r=>`\\u${r.padStart(4,"0")}`).join("")}var Kt=process.platform==="win32"?"\\":"/";var dt=80,xt=40;function x({columns:t}){return Math.max(t||dt,xt)}function B(t,n){if(!(process.env.FORCE_COLOR!==void 0&&process.env.FORCE_COLOR!=="0"||process.stdout.isTTY&&process.stdout.hasColors()))return n;let[o="",s=""]=$(t,"\0").replaceAll(N,W).split("\0");return o+n+s}var N="\x1B",W=`${N}${j()}`;function A(t){let n=r=>r.split(`
`).map(h).join(`
`);return t.split(W).map(n).join(N)}function mt(t){let n=0;for(let r of t)n+=ht(r);return n}function ht(t){return/^[\x20-\x7e]$/.test(t)?1:/^[\p{Mark}\u200b-\u200d\ufeff]$/u.test(t)?0:yt.test(t)?2:1}var yt=/^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;function d(t,n,r=""){let e=[],o="";for(let[s,i]of t.split(/ (?=\S)/).entries()){let p=s===0?i:`${o} ${i}`;s>0&&mt(p)>n?(e.push(o),o=r+i):o=p}return[...e,o].join(`
`)}var gt=100,St=30,V=6;function b(t,n){let r=Math.min(n,gt);return t.split(`

`).map(e=>{if(e.startsWith("Examples:"))return e;if(e.startsWith("Usage:"))return bt(e,r);let[,o,s=""]=/^([^ ][^\n]*:)\n( {2}[\s\S]*)$/.exec(e)??[];return o===void 0?d(e.replaceAll(/\n(?!$)/g," "),r):`${o}
${Et(s.split(`
`),r)}`}).join(`

`)}function G(t){return t.split(`

`,1)[0]}function bt(t,n){return t.split(`
`).map(r=>d(r,n,"         ")).join(`
`)}function Et(t,n){return t.map(r=>{let[,e,o]=/^( {2}\S.*? {2,})(\S.*)$/.exec(r)??[];if(e===void 0||o===void 0)return r;if(n-e.length>=St)return e+d(o,n-e.length).replaceAll(`
`,`
${" ".repeat(e.length)}`);let s=" ".repeat(V);return`${e.trimEnd()}
${s}${d(o,n-V).replaceAll(`
`,`
${s}`)}`}).join(`
`)}function X(t){t>0&&Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,t)}var[wt,Ot]=[1,2],_=!1,Y;function T(t){try{_||Z(wt,A(t))}catch(n){_=!0,C(n,"EPIPE")||(Y=n)}return!_}function q(){return Y}function J(t,n){let r=h(t);return T(`${n?B(n,r):r}
`)}function y(t,n=""){let r=`pact-hooks: ${h(t)}`,e=process.stderr.isTTY?d(r,x(process.stderr)):r;kt(A(`${e}
${n}`))}function kt(t){H(()=>Z(Ot,t))}function Z(t,n){let r=Buffer.from(n);for(let e=0;e<r.length;)try{e+=F.writeSync(t,r,e)}catch(o){if(!C(o,"EAGAIN"))throw o;X(1)}}var m=[],R=[];function E(t,n,r){if(t===n)return 0;let e=r?.maxDistance,o=t;t.length>n.length&&(t=n,n=o);let s=t.length,i=n.length;for(;s>0&&t.charCodeAt(~-s)===n.charCodeAt(~-i);)s--,i--;let p=0;for(;p<s&&t.charCodeAt(p)===n.charCodeAt(p);)p++;if(s-=p,i-=p,e!==void 0&&i-s>e)return e;if(s===0)return e!==void 0&&i>e?e:i;let a,f,u,l,c=0,g=0;for(;c<s;)R[c]=t.charCodeAt(p+c),m[c]=++c;for(;g<i;){for(a=n.charCodeAt(p+g),u=g++,f=g,c=0;c<s;c++)l=a===R[c]?u:u+1,u=m[c],f=m[c]=u>f?l>f?f+1:l:l>u?u+1:l;if(e!==void 0){let O=f;for(c=0;c<s;c++)m[c]<O&&(O=m[c]);if(O>e)return e}}return m.length=s,R.length=s,e!==void 0&&f>e?e:f}function Q(t,n,r){if(!Array.isArray(n)||n.length===0)return;let e=r?.maxDistance,o=t.length;for(let a of n)if(a===t)return a;if(e===0)return;let s,i=Number.POSITIVE_INFINITY,p=new Set;for(let a of n){if(p.has(a))continue;p.add(a);let f=Math.abs(a.length-o);if(f>=i||e!==void 0&&f>e)continue;let u=Number.isFinite(i)?e===void 0?i:Math.min(i,e):e,l=u===void 0?E(t,a):E(t,a,{maxDistance:u});if(e!==void 0&&l>e)continue;let c=l;if(u!==void 0&&l===u&&u===e&&(c=E(t,a)),c<i&&(i=c,s=a,i===0))break}if(!(e!==void 0&&i>e))return s}function Ct(t,n){let r=Math.min(3,Math.ceil(t.length/3)),e=o=>o.toLowerCase().replaceAll(/[-_]/g,"");return n.find(o=>e(o)===e(t))??Q(t,[...n],{maxDistance:r})??n.find(o=>t.length>2&&o.startsWith(t))}function z(t,n){let r=Ct(t,n);return r===void 0?"":`; did you mean '${r}'?`}var w=class extends Error{};function tt(t,n){let r=([e,...o])=>{let s=e!==void 0&&Object.hasOwn(n,e)?n[e]:void 0;return s?s(o):e==="help"?r([...o,"--help"]):M(t,()=>{if(e==="-h"||e==="--help")return Dt(t);if(e===void 0)return y("a command is missing",`
${b(t,x(process.stderr))}`),2;let i=e.startsWith("-")?"option":"command";throw new w(`unknown ${i} '${e}'${z(e,[...Object.keys(n),"--help"])}`)})};return r}async function M(t,n){try{let r=await n(),e=q();return e===void 0?r:(y(`could not write the output (${D(e)})`),1)}catch(r){if(r instanceof w)return y(r.message,`
${Nt(t)}`),2;if(!(r instanceof S)&&U(k(r))===void 0)throw r;return y(D(r)),1}}function Dt(t){return T(b(t,x(process.stdout))),0}function Nt(t){let n=G(t),[,r=""]=/^Usage: (pact-hooks(?: [a-z]+)*)/.exec(n)??[];return b(`${n}

For help: ${r} --help
`,x(process.stderr))}var et=`Usage: pact-hooks COMMAND [OPTIONS]

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
