var rt=process.getBuiltinModule("node:fs"),I=rt;var ot=process.getBuiltinModule("node:path"),$=ot;var st=process.getBuiltinModule("node:util");var P=st.styleText;var $t=process.platform==="linux",it=process.platform==="win32";var Lt=$.join(import.meta.dirname,ct(),"..");function ct(){return"../native"}var N=()=>process.getBuiltinModule("node:os");var E=class t extends Error{code="REFUSED";what;advice;#t;constructor(e,r="",n,o){let s=`${e}; left unchanged.`;super([n,s,r].filter(Boolean).join(" "),o),this.what=[n,e].filter(Boolean).join(" "),this.advice=r,this.#t=e}of(e){return new t(this.#t,this.advice,e,{cause:this.cause})}},U=/^Unknown system error -\d+(?:: Unknown system error -\d+)?/;function O(t){let{code:e,errno:r=0}=Object(t);if(typeof e=="string")return U.test(e)?at(-r)??e:e}function at(t){return Object.entries(N().constants.errno).find(([,e])=>e===t)?.[0]}function D(t,...e){let r=O(t);return r!==void 0&&e.includes(r)}function H(t){return N().constants.errno[t??""]}function h(t){try{return t instanceof Error?t.message.replace(U,()=>`${O(t)}: the kernel refused`):String(t)}catch{return"an error that cannot be shown"}}function L(t){try{t()}catch{}}var pt=process.getBuiltinModule("node:crypto");var j=pt.randomUUID;var ut="\\0-\\x1f\\x7f-\\x9f",ft="\\ud800-\\udfff",lt="\\u2028\\u2029\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069",dt=["\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200d\\u2060-\\u2065\\u206a-\\u206f\\u3164","\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}"].join(""),K=ut+ft+lt+dt,Vt=new RegExp(`[${K}]+`,"gu");function y(t){return t.replace(xt,B)}var xt=new RegExp(`(?!\\t)[${K}]`,"gu");function B(t){return Array.from({length:t.length},(r,n)=>t.charCodeAt(n).toString(16)).map(r=>`\\u${r.padStart(4,"0")}`).join("")}var Gt=process.platform==="win32"?"\\":"/";var mt=80,ht=40;function x({columns:t}){return Math.max(t||mt,ht)}function W(t,e){if(!(process.env.FORCE_COLOR!==void 0&&process.env.FORCE_COLOR!=="0"||process.stdout.isTTY&&process.stdout.hasColors()))return e;let[o="",s=""]=P(t,"\0").replaceAll(A,V).split("\0");return o+e+s}var A="\x1B",V=`${A}${j()}`;function T(t){let e=r=>r.split(`
`).map(y).join(`
`);return t.split(V).map(e).join(A)}function yt(t){let e=0;for(let r of t)e+=gt(r);return e}function gt(t){return/^[\x20-\x7e]$/.test(t)?1:/^[\p{Mark}\u200b-\u200d\ufeff]$/u.test(t)?0:St.test(t)?2:1}var St=/^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;function d(t,e,r=""){let n=[],o="";for(let[s,i]of t.split(/ (?=\S)/).entries()){let a=s===0?i:`${o} ${i}`;s>0&&yt(a)>e?(n.push(o),o=r+i):o=a}return[...n,o].join(`
`)}var Et=100,Ot=30,G=6;function b(t,e){let r=Math.min(e,Et);return t.split(`

`).map(n=>{if(n.startsWith("Examples:"))return n;if(n.startsWith("Usage:"))return bt(n,r);let[,o,s=""]=/^([^ ][^\n]*:)\n( {2}[\s\S]*)$/.exec(n)??[];return o===void 0?d(n.replaceAll(/\n(?!$)/g," "),r):`${o}
${wt(s.split(`
`),r)}`}).join(`

`)}function X(t){return t.split(`

`,1)[0]}function bt(t,e){return t.split(`
`).map(r=>d(r,e,"         ")).join(`
`)}function wt(t,e){return t.map(r=>{let[,n,o]=/^( {2}\S.*? {2,})(\S.*)$/.exec(r)??[];if(n===void 0||o===void 0)return r;if(e-n.length>=Ot)return n+d(o,e-n.length).replaceAll(`
`,`
${" ".repeat(n.length)}`);let s=" ".repeat(G);return`${n.trimEnd()}
${s}${d(o,e-G).replaceAll(`
`,`
${s}`)}`}).join(`
`)}function Y(t){t>0&&Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,t)}var[kt,Ct]=[1,2],_=!1,q;function R(t){try{_||Q(kt,T(t))}catch(e){_=!0,D(e,"EPIPE")||(q=e)}return!_}function J(){return q}function Z(t,e){let r=y(t);return R(`${e?W(e,r):r}
`)}function g(t,e=""){let r=`pact-hooks: ${y(t)}`,n=process.stderr.isTTY?d(r,x(process.stderr)):r;Nt(T(`${n}
${e}`))}function Nt(t){L(()=>Q(Ct,t))}function Q(t,e){let r=Buffer.from(e);for(let n=0;n<r.length;)try{n+=I.writeSync(t,r,n)}catch(o){if(!D(o,"EAGAIN"))throw o;Y(1)}}var m=[],M=[];function w(t,e,r){if(t===e)return 0;let n=r?.maxDistance,o=t;t.length>e.length&&(t=e,e=o);let s=t.length,i=e.length;for(;s>0&&t.charCodeAt(~-s)===e.charCodeAt(~-i);)s--,i--;let a=0;for(;a<s&&t.charCodeAt(a)===e.charCodeAt(a);)a++;if(s-=a,i-=a,n!==void 0&&i-s>n)return n;if(s===0)return n!==void 0&&i>n?n:i;let p,f,u,l,c=0,S=0;for(;c<s;)M[c]=t.charCodeAt(a+c),m[c]=++c;for(;S<i;){for(p=e.charCodeAt(a+S),u=S++,f=S,c=0;c<s;c++)l=p===M[c]?u:u+1,u=m[c],f=m[c]=u>f?l>f?f+1:l:l>u?u+1:l;if(n!==void 0){let C=f;for(c=0;c<s;c++)m[c]<C&&(C=m[c]);if(C>n)return n}}return m.length=s,M.length=s,n!==void 0&&f>n?n:f}function z(t,e,r){if(!Array.isArray(e)||e.length===0)return;let n=r?.maxDistance,o=t.length;for(let p of e)if(p===t)return p;if(n===0)return;let s,i=Number.POSITIVE_INFINITY,a=new Set;for(let p of e){if(a.has(p))continue;a.add(p);let f=Math.abs(p.length-o);if(f>=i||n!==void 0&&f>n)continue;let u=Number.isFinite(i)?n===void 0?i:Math.min(i,n):n,l=u===void 0?w(t,p):w(t,p,{maxDistance:u});if(n!==void 0&&l>n)continue;let c=l;if(u!==void 0&&l===u&&u===n&&(c=w(t,p)),c<i&&(i=c,s=p,i===0))break}if(!(n!==void 0&&i>n))return s}function Dt(t,e){let r=Math.min(3,Math.ceil(t.length/3)),n=o=>o.toLowerCase().replaceAll(/[-_]/g,"");return e.find(o=>n(o)===n(t))??z(t,[...e],{maxDistance:r})??e.find(o=>t.length>2&&o.startsWith(t))}function tt(t,e){let r=Dt(t,e);return r===void 0?"":`; did you mean '${r}'?`}var k=class extends Error{};function et(t,e){let r=([n,...o])=>{let s=n!==void 0&&Object.hasOwn(e,n)?e[n]:void 0;return s?s(o):n==="help"?r([...o,"--help"]):v(t,()=>{if(n==="-h"||n==="--help")return _t(t);if(n===void 0)return g("a command is missing",`
${b(t,x(process.stderr))}`),2;let i=n.startsWith("-")?"option":"command";throw new k(`unknown ${i} '${n}'${tt(n,[...Object.keys(e),"--help"])}`)})};return r}async function v(t,e){try{let r=await e(),n=J();return n===void 0?r:(g(`could not write the output (${h(n)})`),1)}catch(r){return r instanceof k?(g(r.message,`
${Rt(t)}`),2):(g(At(r)?Tt(r):h(r)),1)}}function At(t){return!(t instanceof E)&&H(O(t))===void 0}function Tt(t){let[,e]=/^ +at .*?([^/\\(]+:\d+:\d+)\)?$/m.exec(String(t?.stack))??[];return`failed, which is a defect (${e?`${h(t)}, at ${e}`:h(t)}). Please report this line, with your command and pact-hooks --version.`}function _t(t){return R(b(t,x(process.stdout))),0}function Rt(t){let e=X(t),[,r=""]=/^Usage: (pact-hooks(?: [a-z]+)*)/.exec(e)??[];return b(`${e}

For help: ${r} --help
`,x(process.stderr))}var nt=`Usage: pact-hooks COMMAND [OPTIONS]

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
`,F=()=>v(nt,()=>(Z("0.1.0"),0)),Mt=et(nt,{try:async t=>(await import("./try.mjs")).run(t),doctor:async t=>(await import("./doctor.mjs")).run(t),audit:async t=>(await import("./audit.mjs")).run(t),journal:async t=>(await import("./journal.mjs")).run(t),block:async t=>(await import("./block.mjs")).run(t),restore:async t=>(await import("./restore.mjs")).run(t),install:async t=>(await import("./install.mjs")).run(t),uninstall:async t=>(await import("./uninstall.mjs")).run(t),version:F,"-V":F,"--version":F});process.exitCode=await Mt(process.argv.slice(2));
