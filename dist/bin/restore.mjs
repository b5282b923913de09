import{a as b}from"./chunk-GKFBIUN5.mjs";import{a as w}from"./chunk-MPBQGQFW.mjs";import{v as k}from"./chunk-42CD2P24.mjs";import"./chunk-F2RVLQMY.mjs";import{n as y,t as g}from"./chunk-7QSD5AH2.mjs";import{A as d,a as c,b as f,s as p,t as m,u as l,v as a,x as h,z as u}from"./chunk-BAMDFLQI.mjs";var x=process.getBuiltinModule("node:readline");var $=x.createInterface;var D=`Usage: pact-hooks restore [ID] [--project DIR] [--yes]
       pact-hooks restore --list [--project DIR]

Before a session first changes a CLAUDE.md, the file as it was is kept in the session's journal folder. This lists what
was kept, or brings one back, through the lock, after showing what would change.

  ID              from the list, or its start; default: the latest
  --list          list what was kept, latest first
  --project DIR   of this project only (default: the current folder; with --list: all)
  -y, --yes       do not ask
  -h, --help      this text

Examples:
  pact-hooks restore --list
  pact-hooks restore 3f2b8c1e
`,O=d({usage:D,options:{list:{type:"boolean"},project:{type:"string"},yes:{type:"boolean",short:"y"}},takes:"words",run({list:e,project:t,yes:n=!1},r){if(r.length>1||e&&r.length>0)throw new u("restore takes one ID, or --list");let[s]=r,o=t??(e||s?void 0:"."),i=v(o&&f.resolve(o));return e?I(i):S(j(i,s),n)}});function j(e,t){let n=t?e.filter(({id:o})=>o.startsWith(t)):e.slice(0,1),[r,...s]=n;if(!r)throw new u(`nothing was kept ${t?`under ${t}`:"for this project"}`);if(s.length>0)throw new u(`more than one ID starts with ${t}`);return r}function v(e){let t=[];for(let n of b(y(),()=>{})){let r=[...B(n.path)];for(let[s,o]of r.entries()){let i=E(o,s,f.basename(f.dirname(n.path)));i&&(!e||i.projectDir===e)&&t.push(i)}}return t.sort((n,r)=>n.ts<r.ts?1:-1)}function*B(e){try{for(let t of g(e))t.type==="backup_kept"&&(yield t)}catch{}}function E(e,t,n){let{ts:r,target:s,backup:o,project_dir:i}=e;return typeof s!="string"||typeof o!="string"||!c.existsSync(o)?null:{id:t===0?n:`${n}/${t+1}`,ts:r,target:s,file:o,projectDir:typeof i=="string"?i:void 0}}function I(e){e.length===0&&a("Nothing was kept yet.");for(let{id:t,ts:n,target:r,file:s}of e){let o=c.statSync(s).size;l(`${m("cyan",p(t))}  ${p(`${n.slice(0,19)}Z  ${o} bytes  ${r}`)}
`)}return 0}async function S({file:e,target:t},n){let r=c.readFileSync(e,"utf8"),s=c.existsSync(t)?c.readFileSync(t,"utf8"):"";if(s===r)return a(`${t} is as it was then.`),0;if(w(s,r,t),!n&&!await R(`Restore ${p(t)}? [y/N] `))return a("Nothing was changed."),1;let{outcome:o,message:i}=k(t,()=>r,{hook:"restore"});return a(`${t}: ${o==="written"?"restored":o}`),i&&h(i),o==="written"?0:1}async function R(e){if(!process.stdin.isTTY)return h("to restore it without being asked: --yes"),!1;l(e);for await(let t of $({input:process.stdin}))return/^y(es)?$/i.test(t.trim());return!1}export{O as run};
