var ot=process.getBuiltinModule("node:fs"),$=ot;var st=process.getBuiltinModule("node:path"),P=st;var it=process.getBuiltinModule("node:util");var U=it.styleText;var Pt=process.platform==="linux",ct=process.platform==="win32";var jt=P.join(import.meta.dirname,at(),"..");function at(){return"../native"}var N=()=>process.getBuiltinModule("node:os");var O=class t extends Error{code="REFUSED";what;advice;#t;constructor(e,r="",n,o){let s=`${e}; left unchanged.`;super([n,s,r].filter(Boolean).join(" "),o),this.what=[n,e].filter(Boolean).join(" "),this.advice=r,this.#t=e}of(e){return new t(this.#t,this.advice,e,{cause:this.cause})}},H=/^Unknown system error -\d+(?:: Unknown system error -\d+)?/;function h(t){let{code:e,errno:r=0}=Object(t);if(typeof e=="string")return H.test(e)?pt(-r)??e:e}function pt(t){return Object.entries(N().constants.errno).find(([,e])=>e===t)?.[0]}function D(t,...e){let r=h(t);return r!==void 0&&e.includes(r)}function L(t){return N().constants.errno[t??""]}function y(t){try{return t instanceof Error?t.message.replace(H,()=>`${h(t)}: the kernel refused`):String(t)}catch{return"an error that cannot be shown"}}function j(t){try{t()}catch{}}var ut=process.getBuiltinModule("node:crypto");var K=ut.randomUUID;var ft="\\0-\\x1f\\x7f-\\x9f",lt="\\ud800-\\udfff",dt="\\u2028\\u2029\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069",xt=["\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200d\\u2060-\\u2065\\u206a-\\u206f\\u3164","\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}"].join(""),B=ft+lt+dt+xt,Gt=new RegExp(`[${B}]+`,"gu");function g(t){return t.replace(mt,W)}var mt=new RegExp(`(?!\\t)[${B}]`,"gu");function W(t){return Array.from({length:t.length},(r,n)=>t.charCodeAt(n).toString(16)).map(r=>`\\u${r.padStart(4,"0")}`).join("")}var Xt=process.platform==="win32"?"\\":"/";var ht=80,yt=40;function x({columns:t}){return Math.max(t||ht,yt)}function V(t,e){if(!(process.env.FORCE_COLOR!==void 0&&process.env.FORCE_COLOR!=="0"||process.stdout.isTTY&&process.stdout.hasColors()))return e;let[o="",s=""]=U(t,"\0").replaceAll(A,G).split("\0");return o+e+s}var A="\x1B",G=`${A}${K()}`;function _(t){let e=r=>r.split(`
`).map(g).join(`
`);return t.split(G).map(e).join(A)}function gt(t){let e=0;for(let r of t)e+=St(r);return e}function St(t){return/^[\x20-\x7e]$/.test(t)?1:/^[\p{Mark}\u200b-\u200d\ufeff]$/u.test(t)?0:Et.test(t)?2:1}var Et=/^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;function d(t,e,r=""){let n=[],o="";for(let[s,i]of t.split(/ (?=\S)/).entries()){let a=s===0?i:`${o} ${i}`;s>0&&gt(a)>e?(n.push(o),o=r+i):o=a}return[...n,o].join(`
`)}var Ot=100,bt=30,X=6;function b(t,e){let r=Math.min(e,Ot);return t.split(`

`).map(n=>{if(n.startsWith("Examples:"))return n;if(n.startsWith("Usage:"))return wt(n,r);let[,o,s=""]=/^([^ ][^\n]*:)\n( {2}[\s\S]*)$/.exec(n)??[];return o===void 0?d(n.replaceAll(/\n(?!$)/g," "),r):`${o}
${kt(s.split(`
`),r)}`}).join(`

`)}function Y(t){return t.split(`

`,1)[0]}function wt(t,e){return t.split(`
`).map(r=>d(r,e,"         ")).join(`
`)}function kt(t,e){return t.map(r=>{let[,n,o]=/^( {2}\S.*? {2,})(\S.*)$/.exec(r)??[];if(n===void 0||o===void 0)return r;if(e-n.length>=bt)return n+d(o,e-n.length).replaceAll(`
`,`
${" ".repeat(n.length)}`);let s=" ".repeat(X);return`${n.trimEnd()}
${s}${d(o,e-X).replaceAll(`
`,`
${s}`)}`}).join(`
`)}function q(t){t>0&&Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,t)}var[Ct,Nt]=[1,2],R=!1,J;function T(t){try{R||z(Ct,_(t))}catch(e){R=!0,D(e,"EPIPE")||(J=e)}return!R}function Z(){return J}function Q(t,e){let r=g(t);return T(`${e?V(e,r):r}
`)}function S(t,e=""){let r=`pact-hooks: ${g(t)}`,n=process.stderr.isTTY?d(r,x(process.stderr)):r;Dt(_(`${n}
${e}`))}function Dt(t){j(()=>z(Nt,t))}function z(t,e){let r=Buffer.from(e);for(let n=0;n<r.length;)try{n+=$.writeSync(t,r,n)}catch(o){if(!D(o,"EAGAIN"))throw o;q(1)}}var m=[],M=[];function w(t,e,r){if(t===e)return 0;let n=r?.maxDistance,o=t;t.length>e.length&&(t=e,e=o);let s=t.length,i=e.length;for(;s>0&&t.charCodeAt(~-s)===e.charCodeAt(~-i);)s--,i--;let a=0;for(;a<s&&t.charCodeAt(a)===e.charCodeAt(a);)a++;if(s-=a,i-=a,n!==void 0&&i-s>n)return n;if(s===0)return n!==void 0&&i>n?n:i;let p,f,u,l,c=0,E=0;for(;c<s;)M[c]=t.charCodeAt(a+c),m[c]=++c;for(;E<i;){for(p=e.charCodeAt(a+E),u=E++,f=E,c=0;c<s;c++)l=p===M[c]?u:u+1,u=m[c],f=m[c]=u>f?l>f?f+1:l:l>u?u+1:l;if(n!==void 0){let C=f;for(c=0;c<s;c++)m[c]<C&&(C=m[c]);if(C>n)return n}}return m.length=s,M.length=s,n!==void 0&&f>n?n:f}function tt(t,e,r){if(!Array.isArray(e)||e.length===0)return;let n=r?.maxDistance,o=t.length;for(let p of e)if(p===t)return p;if(n===0)return;let s,i=Number.POSITIVE_INFINITY,a=new Set;for(let p of e){if(a.has(p))continue;a.add(p);let f=Math.abs(p.length-o);if(f>=i||n!==void 0&&f>n)continue;let u=Number.isFinite(i)?n===void 0?i:Math.min(i,n):n,l=u===void 0?w(t,p):w(t,p,{maxDistance:u});if(n!==void 0&&l>n)continue;let c=l;if(u!==void 0&&l===u&&u===n&&(c=w(t,p)),c<i&&(i=c,s=p,i===0))break}if(!(n!==void 0&&i>n))return s}function At(t,e){let r=Math.min(3,Math.ceil(t.length/3)),n=o=>o.toLowerCase().replaceAll(/[-_]/g,"");return e.find(o=>n(o)===n(t))??tt(t,[...e],{maxDistance:r})??e.find(o=>t.length>2&&o.startsWith(t))}function et(t,e){let r=At(t,e);return r===void 0?"":`; did you mean '${r}'?`}var k=class extends Error{};function nt(t,e){let r=([n,...o])=>{let s=n!==void 0&&Object.hasOwn(e,n)?e[n]:void 0;return s?s(o):n==="help"?r([...o,"--help"]):v(t,()=>{if(n==="-h"||n==="--help")return Tt(t);if(n===void 0)return S("a command is missing",`
${b(t,x(process.stderr))}`),2;let i=n.startsWith("-")?"option":"command";throw new k(`unknown ${i} '${n}'${et(n,[...Object.keys(e),"--help"])}`)})};return r}async function v(t,e){try{let r=await e(),n=Z();return n===void 0?r:(S(`could not write the output (${y(n)})`),1)}catch(r){return r instanceof k?(S(r.message,`
${Mt(t)}`),2):F(r)}}function F(t){return S(_t(t)?Rt(t):y(t)),1}function _t(t){let e=h(t)==="ERR_SYSTEM_ERROR"||L(h(t))!==void 0;return!(t instanceof O)&&!e}function Rt(t){let[,e]=/^ +at .*?([^/\\(]+:\d+:\d+)\)?$/m.exec(String(t?.stack))??[];return`failed, which is a defect (${e?`${y(t)}, at ${e}`:y(t)}). Please report this line, with your command and pact-hooks --version.`}function Tt(t){return T(b(t,x(process.stdout))),0}function Mt(t){let e=Y(t),[,r=""]=/^Usage: (pact-hooks(?: [a-z]+)*)/.exec(e)??[];return b(`${e}

For help: ${r} --help
`,x(process.stderr))}var rt=`Usage: pact-hooks COMMAND [OPTIONS]

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
`,I=()=>v(rt,()=>(Q("0.1.0"),0)),vt=nt(rt,{try:async t=>(await import("./try.mjs")).run(t),doctor:async t=>(await import("./doctor.mjs")).run(t),audit:async t=>(await import("./audit.mjs")).run(t),journal:async t=>(await import("./journal.mjs")).run(t),block:async t=>(await import("./block.mjs")).run(t),restore:async t=>(await import("./restore.mjs")).run(t),install:async t=>(await import("./install.mjs")).run(t),uninstall:async t=>(await import("./uninstall.mjs")).run(t),version:I,"-V":I,"--version":I});process.exitCode=await vt(process.argv.slice(2)).catch(F);
